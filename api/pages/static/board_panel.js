// Visits, proposals and deeds in a dialog over the board.

import { page, part, put, refresh, say } from "./board.js";

const dialog = document.getElementById("panel");
const body = document.getElementById("panel-body");
let opener = null;

/** Show a part of the board in the dialog. */
export async function open(address, from = null) {
  if (from) opener = from.dataset.visit ? `[data-visit="${CSS.escape(from.dataset.visit)}"]` : null;
  const answer = await part(address);
  show(answer.text);
}

function show(html) {
  put(body, html);
  const shut = document.createElement("button");
  shut.type = "button";
  shut.className = "button quiet square shut";
  shut.setAttribute("aria-label", "Close");
  shut.textContent = "✕";
  shut.addEventListener("click", () => dialog.close());
  body.prepend(shut);
  if (!dialog.open) dialog.showModal();
  const first = body.querySelector("[data-deed] .button, [data-check] .button, [data-check] select");
  (first || shut).focus({ preventScroll: true });
  dialog.scrollTop = 0;
}

async function submit(form, button) {
  body.classList.add("busy-now");
  try {
    const fields = new URLSearchParams(new FormData(form, button));
    if (form.method === "get") {
      show((await part(`${form.action}?${fields}`)).text);
      return;
    }
    const answer = await part(form.action, { method: "POST", body: fields });
    if (!answer.ok) {
      show(answer.text);
      return;
    }
    dialog.close();
    await refresh();
    say(answer.text);
  } finally {
    body.classList.remove("busy-now");
  }
}

export function startPanel() {
  page.root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link.href, link);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const close = event.target.closest("a[data-close]");
    const link = event.target.closest("a[data-panel]");
    if (close) { event.preventDefault(); dialog.close(); refresh(); }
    if (link) { event.preventDefault(); open(link.href); }
  });
  dialog.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-check], [data-deed]")) return;
    event.preventDefault();
    submit(form, event.submitter);
  });
  page.root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-undo]")) return;
    event.preventDefault();
    const answer = await part(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    await refresh();
    if (answer.ok) say(answer.text);
    else show(answer.text);
  });
  dialog.addEventListener("close", () => {
    if (opener) document.querySelector(opener)?.focus({ preventScroll: true });
  });
}
