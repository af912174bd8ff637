// What makes the booking page nicer. Without it everything works: see the templates.
"use strict";

// The clock of whoever looks, where it is not the practice's.
function sayZones() {
  for (const note of document.querySelectorAll("[data-at]")) {
    const at = new Date(note.dataset.at);
    // The offsets of that very instant: zones differ by the season.
    const theirs = /([+-])(\d\d):(\d\d)$/.exec(note.dataset.at);
    if (!theirs) continue;
    const minutes = (theirs[1] === "-" ? -1 : 1) * (60 * Number(theirs[2]) + Number(theirs[3]));
    if (minutes === -at.getTimezoneOffset()) continue;
    const practice = new Date(at.getTime() + 60000 * (minutes + at.getTimezoneOffset()));
    const isOtherDay = practice.getDay() !== at.getDay();
    const clock = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", ...(isOtherDay && { weekday: "long" }) });
    const theirClock = clock.format(at).replace(/[AP]M/, (half) => half.toLowerCase());
    const said = document.createElement("strong");
    said.textContent = `Your clock is in another zone: ${note.dataset.said} is ${theirClock} for you.`;
    note.append(said);
  }
}

// How long a time is kept: shown by the second, and told three times.
function countDown() {
  const keep = document.querySelector("[data-left]");
  const announce = document.querySelector("[data-announce]");
  if (!keep || !announce) return;
  const ends = Date.now() + 1000 * Number(keep.dataset.left);
  const shown = document.createElement("span");
  shown.className = "left";
  shown.setAttribute("aria-hidden", "true"); // the announcements are for those who listen
  keep.append(shown);
  const tell = new Map([[120, "This time is kept for two more minutes."], [30, "This time is kept for 30 more seconds."]]);
  const timer = setInterval(tick, 1000);
  tick();

  function tick() {
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    shown.textContent = ` (${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")})`;
    for (const [at, words] of tell) {
      if (left <= at) {
        if (left > at - 20) announce.textContent = words;
        tell.delete(at);
      }
    }
    if (left > 0) return;
    clearInterval(timer);
    keep.classList.add("over");
    keep.textContent = "The five minutes are over. This time may still be free: go on, and we will see.";
    announce.textContent = keep.textContent;
  }
}

// Only the lengths of the chosen treatment.
function fitLengths() {
  const service = document.querySelector("#service");
  if (!service) return;
  const fit = () => {
    const offered = (service.selectedOptions[0]?.dataset.lengths || "").split(" ").filter(Boolean);
    for (const choice of document.querySelectorAll("[name=minutes]")) {
      const isOffered = offered.length === 0 || offered.includes(choice.value);
      choice.closest("label").hidden = !isOffered;
      if (!isOffered) choice.checked = false;
    }
  };
  service.addEventListener("change", fit);
  fit();
}

// Inside the practice's own page: tell it how high this is. No more is told, and only who may frame it can listen.
function fitFrame() {
  if (window.parent === window) return;
  const tell = () => window.parent.postMessage({ rounds: "height", height: document.body.scrollHeight }, "*");
  new ResizeObserver(tell).observe(document.body);
  window.parent.postMessage({ rounds: "step" }, "*");
  for (const link of document.querySelectorAll("a[href*='/manage/']")) {
    link.target = "_blank";
    link.rel = "noopener";
  }
}

sayZones();
countDown();
fitLengths();
fitFrame();
const problems = document.querySelector("#problems");
if (problems) problems.focus();
