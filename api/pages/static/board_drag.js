// Carry a visit to another line or time: the server says what would come of it, and only a button puts it there.

import { page } from "./board.js";
import { fits, hideFits, showFits } from "./board_fits.js";
import { open } from "./board_panel.js";

const STEP = 5; // minutes
const FAR = 6; // pixels before a press becomes a drag
let held = null;

/** Minutes after midnight where the pointer is on a lane, and how wide a minute is. */
function scaleOf(lane) {
  const grid = lane.closest(".grid");
  const style = getComputedStyle(grid);
  const from = Number(style.getPropertyValue("--from")) * 60;
  const minutes = (Number(style.getPropertyValue("--to")) * 60) - from;
  const box = lane.getBoundingClientRect();
  return { from, minute: box.width / minutes, left: box.left };
}

function wall(minutes) {
  const at = Math.max(0, Math.min(23 * 60 + 59, minutes));
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}

/** The minute of the session's start if the block's left edge were where it is held now. */
function startAt(lane, x) {
  const { from, minute, left } = scaleOf(lane);
  return Math.round(((x - held.grip - left) / minute + from + held.before) / STEP) * STEP;
}

function down(event) {
  const link = event.target.closest("a.visit, a.spare");
  if (!link || event.button || event.pointerType === "touch" || !matchMedia("(min-width: 60.0625rem)").matches) return;
  const box = link.getBoundingClientRect();
  const style = getComputedStyle(link);
  held = {
    link, x: event.clientX, y: event.clientY, pointer: event.pointerId, moving: false,
    grip: link.matches(".visit") ? event.clientX - box.left : 8,
    before: Number(style.getPropertyValue("--p")) || 0,
    name: link.querySelector("strong").textContent,
  };
}

function begin() {
  held.moving = true;
  held.ghost = document.createElement("div");
  held.ghost.className = "ghost";
  held.ghost.setAttribute("aria-hidden", "true");
  document.body.append(held.ghost);
  document.body.classList.add("dragging");
  held.link.classList.add("carried");
  showFits(held.link.dataset.visit, held.before, scaleOf);
}

function move(event) {
  if (!held || event.pointerId !== held.pointer) return;
  if (!held.moving && Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
  if (!held.moving) begin();
  event.preventDefault();
  const lane = laneAt(event);
  if (held.lane !== lane) {
    held.lane?.classList.remove("over");
    lane?.classList.add("over");
    held.lane = lane;
  }
  const minute = lane ? startAt(lane, event.clientX) : 0;
  held.start = lane ? wall(minute) : "";
  held.ghost.classList.toggle("fitting", Boolean(lane) && fits(lane, minute - held.before));
  held.ghost.textContent = lane ? `${held.start} ${held.name}` : held.name;
  held.ghost.style.left = `${event.clientX - (lane ? held.grip : 8)}px`;
  held.ghost.style.top = `${event.clientY + 8}px`;
}

function laneAt(event) {
  const under = document.elementFromPoint(event.clientX, event.clientY);
  return under?.closest("#lines .lane[data-lane]") ?? under?.closest("#lines .line")?.querySelector(".lane[data-lane]") ?? null;
}

function stop() {
  held?.ghost?.remove();
  held?.lane?.classList.remove("over");
  held?.link.classList.remove("carried");
  document.body.classList.remove("dragging");
  hideFits();
  held = null;
}

function up(event) {
  if (!held || event.pointerId !== held.pointer) return;
  const { moving, lane, start, link } = held;
  stop();
  if (!moving) return;
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
  if (!lane) return;
  const asked = new URLSearchParams({ therapist: lane.dataset.lane, start });
  open(`/board/${page.day}/visits/${encodeURIComponent(link.dataset.visit)}/check?${asked}`, link);
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

export function startDragging() {
  page.root.addEventListener("dragstart", (event) => event.preventDefault());
  page.root.addEventListener("pointerdown", down);
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", stop);
  window.addEventListener("keydown", (event) => { if (event.key === "Escape" && held?.moving) stop(); });
}
