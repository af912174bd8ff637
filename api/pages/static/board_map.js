// The map beside the lines: who drives where. Pointing at a visit, here or there, lights it in both.

import { page } from "./board.js";
import { open } from "./board_panel.js";
import { openMap } from "./map.js";

let map = null;

const at = (node, lat = "lat", lng = "lng") => (node.dataset[lat] ? [Number(node.dataset[lat]), Number(node.dataset[lng])] : null);

function stopOf(link, more) {
  const [lat, lng] = at(link);
  const title = link.querySelector("strong").textContent;
  return { id: link.dataset.visit, number: link.dataset.number, lat, lng, title, ...more };
}

/** The lines as the map's routes: from home to home, past the visits that have a place. */
function routes() {
  const found = [...document.querySelectorAll("#lines .line")].map((line) => {
    const links = [...line.querySelectorAll("a.visit[data-lat]")];
    const home = at(line);
    const end = at(line, "endLat", "endLng");
    const stops = links.map((link) => stopOf(link));
    const path = [home, ...links.map((link) => at(link)), end].filter(Boolean);
    if (home && links.length) stops.push({ id: `home-${line.dataset.therapist}`, lat: home[0], lng: home[1], kind: "home" });
    return { id: line.dataset.therapist, colour: Number(line.dataset.tone), line: links.length ? path : [], stops };
  });
  const spares = [...document.querySelectorAll("a.spare[data-lat]")].map((link) => stopOf(link, { number: "?", faded: true }));
  return [...found, { id: "nobody", line: [], stops: spares }];
}

function light(visit) {
  for (const each of document.querySelectorAll(".visit.lit, .spare.lit")) each.classList.remove("lit");
  if (visit) for (const each of document.querySelectorAll(`[data-visit="${CSS.escape(visit)}"]`)) each.classList.add("lit");
}

function point(event, on) {
  const link = event.target.closest?.("[data-visit]");
  if (link) map?.highlight(on ? link.dataset.visit : "");
}

export async function startMap() {
  for (const [name, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    page.root.addEventListener(name, (event) => point(event, on));
  }
  const frame = document.getElementById("map");
  map = await openMap(frame);
  map.show(routes(), { small: true });
  document.addEventListener("board:day", () => map.show(routes(), { fit: false, small: true }));
  frame.addEventListener("stop", ({ detail }) => {
    light(detail.id);
    const link = detail.chosen ? document.querySelector(`[data-visit="${CSS.escape(detail.id)}"]`) : null;
    if (link) open(link.href, link);
  });
}
