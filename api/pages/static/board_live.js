// What others do, and how a search gets on: a small question every few seconds while the page is looked at.

import { page, part, refresh } from "./board.js";

const CALM = 4000;
const WATCHING = 800;
const STALE = 5 * 60_000; // the line of the present moves on, news or not
let tag = "";
let timer = 0;
let shown = performance.now();

const figures = (best) => {
  if (!best) return "looking for a first plan";
  const told = [];
  const left = best.objective.required_left_out + best.objective.optional_left_out;
  told.push(left ? "some visits without a place" : "every visit placed");
  if (best.bound) told.push(best.gap === null ? "distance to the best open" : `at most ${(100 * best.gap).toFixed(1)} % from the best`);
  return told.join(", ");
};

function showRun(run) {
  const place = document.getElementById("run");
  if (!place || !run) return;
  const waits = run.status === "queued";
  document.getElementById("run-state").textContent = waits ? "Waiting for its turn…" : "Planning this day…";
  document.getElementById("run-figures").textContent = waits ? "" : figures(run.best);
  const bar = document.getElementById("run-progress");
  bar.value = run.progress;
  bar.textContent = `${Math.round(100 * run.progress)} %`;
}

async function tell(since) {
  const answer = await fetch(`/v1/days/${page.day}/changes?since=${encodeURIComponent(since)}`);
  if (!answer.ok) return;
  const others = (await answer.json()).data.filter((change) => change.actor !== page.me);
  if (!others.length) return;
  const names = [...new Set(others.map((change) => change.actor))].join(", ");
  const line = document.createElement("p");
  line.className = "notice";
  line.textContent = `Changed by ${names}: the day is up to date. `;
  const link = document.createElement("a");
  link.href = `/board/${page.day}/changes`;
  link.dataset.panel = "";
  link.textContent = "What changed";
  line.append(link);
  document.getElementById("news").replaceChildren(line);
}

async function beat() {
  let next = document.getElementById("run") ? WATCHING : CALM;
  try {
    if (!document.hidden && !document.body.classList.contains("dragging")) {
      const answer = await fetch(`/v1/days/${page.day}/pulse`, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
      if (answer.status === 401) return;
      if (answer.ok) {
        tag = answer.headers.get("ETag") || "";
        const told = await answer.json();
        const { version, events, draft, run, since } = page.facts;
        const underWay = told.run && !told.run.finished_at ? told.run.id : "";
        if (told.version !== version || String(told.events) !== events || (told.draft_id || "") !== draft || underWay !== run) {
          await refresh();
          shown = performance.now();
          if (told.version !== version) await tell(since);
          if (told.run && told.run.status === "failed" && run) failed(told.run);
        }
        showRun(told.run);
      }
      if (performance.now() - shown > STALE) {
        await refresh();
        shown = performance.now();
      }
      if (document.getElementById("run")) next = WATCHING;
    }
  } catch {
    next = 2 * CALM; // the network is away: the page stays as it is, and asks again
  }
  timer = setTimeout(beat, next);
}

function failed(run) {
  const line = document.createElement("p");
  line.className = "notice bad";
  line.textContent = `Planning failed: ${run.problem || "no plan was made"}`;
  document.getElementById("said").replaceChildren(line);
}

export function startLive() {
  page.root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-plan]")) return;
    event.preventDefault();
    await part(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    clearTimeout(timer);
    tag = "";
    beat();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    clearTimeout(timer);
    beat();
  });
  beat();
}

