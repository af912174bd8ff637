// The map beside the lines: who drives where. Pointing at a visit lights it in both.

import { page } from "./board.js";

function light(visit, on) {
  for (const each of document.querySelectorAll(`[data-visit="${CSS.escape(visit)}"]`)) each.classList.toggle("lit", on);
}

function watch(event, on) {
  const link = event.target.closest?.("[data-visit]");
  if (link) light(link.dataset.visit, on);
}

export function startMap() {
  for (const [name, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    page.root.addEventListener(name, (event) => watch(event, on));
  }
}
