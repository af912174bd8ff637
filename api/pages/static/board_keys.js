// Arrows go from visit to visit: along a line, and to whoever is busy at about the same time on the next one.

import { page } from "./board.js";

const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const visits = (line) => [...line.querySelectorAll("a.visit")];
const middle = (link) => {
  const box = link.getBoundingClientRect();
  return box.left + box.width / 2;
};

function next(link, [down, along]) {
  const line = link.closest(".line");
  if (along) return visits(line)[visits(line).indexOf(link) + along];
  const lines = [...page.root.querySelectorAll(".line")].filter((each) => visits(each).length);
  const other = lines[lines.indexOf(line) + down];
  const here = middle(link);
  return other && visits(other).reduce((best, each) => (Math.abs(middle(each) - here) < Math.abs(middle(best) - here) ? each : best));
}

export function startKeys() {
  page.root.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("a.visit");
    const way = ways[event.key];
    if (!link || !way || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const found = next(link, way);
    if (!found) return;
    event.preventDefault();
    found.focus();
  });
}
