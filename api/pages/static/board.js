// The board: what its parts share, and what starts them. Everything here also works by plain links and forms.

import { startDragging } from "./board_drag.js";
import { startKeys } from "./board_keys.js";
import { startLive } from "./board_live.js";
import { startMap } from "./board_map.js";
import { startPanel } from "./board_panel.js";

const root = document.getElementById("board");

/** The page's own facts. What is told of the day stands beside it: both are of one reading. */
export const page = {
  root,
  day: root.dataset.day,
  me: root.dataset.me,
  get facts() { return document.getElementById("facts").dataset; },
};

/** Ask for a part of the board; the answer's text and status. */
export async function part(address, options = {}) {
  const headers = { "Rounds-Part": "1", "Rounds-Since": page.facts.since, ...(options.headers || {}) };
  const answer = await fetch(address, { ...options, headers, redirect: "follow" });
  return { ok: answer.ok, status: answer.status, text: await answer.text(), redirected: answer.redirected };
}

/** Put a part's HTML in a place. What comes is our own server's, with every word in it escaped. */
export function put(place, html) {
  const found = new DOMParser().parseFromString(html, "text/html");
  place.replaceChildren(...found.body.childNodes);
}

/** Say something politely. */
export function say(html) {
  put(document.getElementById("said"), html);
}

/** Read the day again, keeping the focus and what is scrolled to. */
export async function refresh() {
  const focused = document.activeElement?.closest?.("[data-visit]")?.dataset.visit;
  const grid = document.querySelector(".grid");
  const scrolled = grid ? grid.scrollLeft : 0;
  const unfolded = document.querySelector(".attention")?.open;
  const limit = document.getElementById("time-limit")?.value;
  const answer = await part(`/board/${page.day}`);
  if (!answer.ok) return false;
  const found = new DOMParser().parseFromString(answer.text, "text/html");
  for (const place of ["above", "lines"]) document.getElementById(place).replaceWith(found.getElementById(place));
  const again = document.querySelector(".grid");
  if (again) again.scrollLeft = scrolled;
  if (unfolded) document.querySelector(".attention")?.setAttribute("open", "");
  if (limit && document.getElementById("time-limit")) document.getElementById("time-limit").value = limit;
  if (focused) document.querySelector(`[data-visit="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("board:day"));
  return true;
}

startPanel();
startDragging();
startKeys();
startMap();
startLive();
performance.mark("board-ready");
document.documentElement.dataset.board = "ready";
