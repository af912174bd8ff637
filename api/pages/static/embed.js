// Shows a practice's booking page inside the page that has this script:
// <script src="https://.../rounds.js" data-practice="..." defer></script>
(function () {
  "use strict";
  const script = document.currentScript;
  const practice = script && script.dataset.practice;
  if (!practice) return;
  const home = new URL(script.src).origin;
  const frame = document.createElement("iframe");
  frame.src = `${home}/book/${encodeURIComponent(practice)}`;
  frame.title = script.dataset.title || "Book a visit";
  frame.style.cssText = "width:100%;height:40rem;border:0;display:block";
  script.insertAdjacentElement("afterend", frame);
  let step = 0;
  window.addEventListener("message", (event) => {
    // Only from our own page, and only what it says of itself.
    if (event.origin !== home || event.source !== frame.contentWindow || !event.data) return;
    const height = Number(event.data.height);
    if (event.data.rounds === "height" && height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
    if (event.data.rounds === "step" && step++ > 0) frame.scrollIntoView({ block: "start" });
  });
})();
