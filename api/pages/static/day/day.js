// The day, livelier: taps show at once and wait for a signal, the map is drawn, the page keeps itself fresh.
// Whatever is here works without it, too, by forms and links.

import { add, drop, flush, waiting } from './queue.js';

const WORDS = { departed: 'set off', arrived: 'arrived', started: 'started', finished: 'finished', no_show: 'no-show' };
const STALE = 60_000;

let page = document.querySelector('#day');
let loaded = Date.now();
let map;

document.addEventListener('submit', event => {
  if (event.target.matches('[data-tell]')) {
    event.preventDefault();
    tell(event.target, event.submitter);
  } else if (event.target.matches('[data-undo]')) {
    event.preventDefault();
    undo(event.target);
  }
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && Date.now() - loaded > STALE) sync(true);
});
addEventListener('online', () => sync(true));
addEventListener('offline', () => say());
navigator.serviceWorker?.addEventListener('message', event => event.data === 'ended' && location.reload());

dress();
sync(false);

async function tell(form, button) {
  if (!button || button.disabled) return;
  const tap = add(form.elements.visit.value, button.value);
  const held = focused(); // before the button is taken out of use, and the focus with it
  show(tap);
  await sync(true);
  if (document.activeElement === document.body) held?.()?.focus();
}

/** Send what waits; look at the day again where something was sent, or `fresh` asks for it. */
async function sync(fresh) {
  const before = waiting().length;
  const { refused, blocked } = await flush(page.dataset.token);
  if (waiting().length < before || (fresh && !blocked)) await refresh();
  say(refused, blocked);
}

async function refresh() {
  let answer;
  try {
    answer = await fetch(location.pathname, { headers: { Accept: 'text/html' } });
  } catch {
    return;
  }
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const body = next.querySelector('#day');
  if (!body) return;
  const open = [...page.querySelectorAll('li[data-stop]:has(details[open])')].map(item => item.dataset.stop);
  const held = focused();
  const drawn = page.querySelector('#map');
  page.replaceWith(document.adoptNode(body));
  page = body;
  document.documentElement.toggleAttribute('data-kept', next.documentElement.hasAttribute('data-kept'));
  for (const id of open) page.querySelector(`li[data-stop="${CSS.escape(id)}"] details`)?.setAttribute('open', '');
  const frame = page.querySelector('#map');
  if (drawn && frame && drawn.dataset.routes === frame.dataset.routes) frame.replaceWith(drawn);
  else map = undefined;
  loaded = Date.now();
  dress();
  held?.()?.focus();
}

/** Where the focus was, to be found again in the page that takes this one's place. */
function focused() {
  const node = document.activeElement;
  if (!node || !page.contains(node)) return null;
  const visit = node.closest('[data-stop]')?.dataset.stop;
  const within = visit ? `li[data-stop="${CSS.escape(visit)}"]` : '.next';
  const first = node.matches('.stage') ? `${within} .stage.due` : `${within} summary`;
  return () => page.querySelector(first) || page.querySelector(`${within} summary, ${within} .button`);
}

/** A tap, before anybody has heard of it. */
function show({ visit, type, at }) {
  for (const field of page.querySelectorAll(`[data-tell] input[name=visit][value="${CSS.escape(visit)}"]`)) {
    const button = field.form.querySelector(`button[value=${type}]`);
    if (!button) continue;
    if (button.matches('.stage')) {
      for (const stage of field.form.querySelectorAll('.due')) stage.classList.remove('due');
      button.classList.add('told');
      button.querySelector('time')?.remove();
      button.append(' ', Object.assign(document.createElement('time'), { textContent: clock(at) }));
      const next = button.nextElementSibling;
      if (next?.matches('.stage:not(.told)')) next.classList.add('due');
    }
    button.disabled = true;
  }
}

async function undo(form) {
  const id = form.elements.event.value;
  try {
    const answer = await fetch(`/v1/me/events/${encodeURIComponent(id)}`, {
      method: 'DELETE', headers: { 'X-Rounds-Token': page.dataset.token },
    });
    if (!answer.ok) return say([], 'server');
  } catch {
    return say([], 'signal');
  }
  await refresh();
  return say();
}

/** What waits, what was refused, and whether this page is an old one. */
function say(refused = [], blocked = '') {
  const taps = waiting();
  for (const tap of taps) show(tap);
  const lines = refused.map(tap => `Not kept: ${WORDS[tap.type]} at ${clock(tap.at)}. ${tap.detail}`);
  if (document.documentElement.hasAttribute('data-kept') || !navigator.onLine) lines.push('No signal: this is the day as it was last seen.');
  if (blocked === 'session') lines.push('You are signed out: sign in again, and what you told is sent.');
  if (taps.length) lines.push(`${taps.length} tap${taps.length === 1 ? '' : 's'} kept here, to be sent when there is a signal.`);
  else if (blocked === 'signal') lines.push('That needs a signal. Try again later.');
  else if (blocked === 'server') lines.push('The practice does not answer just now. Try again later.');
  const kept = page.querySelector('#kept');
  kept.hidden = !lines.length;
  kept.textContent = lines.join(' ');
  const last = taps.at(-1);
  if (!last) return;
  const row = Object.assign(document.createElement('p'), { className: 'row said' });
  const words = `${WORDS[last.type][0].toUpperCase()}${WORDS[last.type].slice(1)} at ${clock(last.at)}, not sent yet`;
  const back = Object.assign(document.createElement('button'), { className: 'button quiet', type: 'button', textContent: 'Undo' });
  back.addEventListener('click', () => {
    drop(last.key);
    location.reload();
  });
  row.append(Object.assign(document.createElement('span'), { textContent: words }), back);
  page.querySelector('#said').replaceChildren(row);
}

/** The practice's clock, wherever the phone thinks it is. */
function clock(instant) {
  const shape = { timeZone: page.dataset.zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return new Intl.DateTimeFormat('en-CA', shape).format(new Date(instant));
}

/** What a fresh page needs: the word on the zone, and its map when somebody comes near it. */
function dress() {
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (here !== page.dataset.zone) page.querySelector('#zone').hidden = false;
  const frame = page.querySelector('.map');
  if (!frame || map) return;
  // Hidden, it has no place of its own: the things after it say when it comes near.
  const near = new IntersectionObserver(async seen => {
    if (!seen.some(entry => entry.isIntersecting)) return;
    near.disconnect();
    await draw(frame).catch(() => {}); // without a signal the list has to do
  }, { rootMargin: '600px' });
  near.observe(frame.parentElement);
}

async function draw(frame) {
  const { openMap } = await import('../map.js');
  map = await openMap(frame);
  frame.addEventListener('stop', ({ detail }) => {
    for (const item of page.querySelectorAll('.steps > li')) item.classList.toggle('lit', item.dataset.stop === detail.id);
  });
  for (const item of page.querySelectorAll('li[data-stop]')) {
    item.addEventListener('mouseenter', () => map.highlight(item.dataset.stop));
    item.addEventListener('mouseleave', () => map.highlight(''));
  }
}
