// While a visit is carried: where it would fit with its promise kept, as green bands on everybody's line.

let wanted = "";

const wallMinutes = (instant) => Number(instant.slice(11, 13)) * 60 + Number(instant.slice(14, 16));

function band(lane, scale, run, door) {
  const first = wallMinutes(run.earliest_start) - door;
  const last = wallMinutes(run.latest_start) - door;
  const node = document.createElement("li");
  node.className = "fit";
  node.setAttribute("aria-hidden", "true");
  node.dataset.first = first;
  node.dataset.last = last;
  node.style.left = `${(first - scale.from) * scale.minute}px`;
  node.style.width = `${Math.max(4, (last - first) * scale.minute)}px`;
  lane.append(node);
}

/** Ask who could take it; `scaleOf(lane)` tells the scale of a line, `door` the minutes at the door before it. */
export async function showFits(visit, door, scaleOf) {
  wanted = visit;
  const answer = await fetch(`/v1/bookings/${encodeURIComponent(visit)}/takers`);
  if (!answer.ok || wanted !== visit) return;
  for (const taker of (await answer.json()).data) {
    const lane = document.querySelector(`#lines [data-lane="${CSS.escape(taker.therapist)}"]`);
    if (lane) for (const run of taker.windows) band(lane, scaleOf(lane), run, door);
  }
}

/** Is this minute on a line inside one of its bands? */
export function fits(lane, minute) {
  return [...lane.querySelectorAll(".fit")].some((node) => node.dataset.first - 2 <= minute && minute <= Number(node.dataset.last) + 2);
}

export function hideFits() {
  wanted = "";
  for (const node of document.querySelectorAll(".fit")) node.remove();
}
