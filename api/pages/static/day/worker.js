// Keeps today readable without a signal, for whoever asked for it: today's page only, encrypted, gone at midnight.
//
// The page lies in IndexedDB under AES-GCM; its key cannot be read out of the browser. What belongs to it (styles,
// scripts: nobody's secrets) lies in a cache.

const FILES = 'rounds-files';
const UNTIL = 'X-Rounds-Keep-Until';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(self.clients.claim().then(clean)));
self.addEventListener('message', event => {
  const reply = answer => event.ports[0]?.postMessage(answer);
  if (event.data === 'keep') event.waitUntil(keepToday().then(reply, () => reply(false)));
  if (event.data === 'forget') event.waitUntil(forget().then(() => reply(true)));
});
self.addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/pages/')) event.respondWith(file(event.request));
  else if (url.pathname === '/day' || /^\/day\/\d{4}-\d{2}-\d{2}$/.test(url.pathname)) event.respondWith(day(event));
});

/** A file of a release never changes: the first answer is good for all. */
async function file(request) {
  const cache = await caches.open(FILES);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function day(event) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch (error) {
    const kept = await read();
    const path = new URL(event.request.url).pathname;
    if (kept && (path === '/day' || path === `/day/${kept.date}`)) return kept.page;
    if (event.request.mode !== 'navigate') throw error;
    return new Response('<!doctype html><meta charset="utf-8"><title>No signal</title><h1>No signal</h1><p>Only today is kept on this device.</p>', {
      status: 503, headers: { 'Content-Type': 'text/html', 'Content-Security-Policy': "default-src 'none'" },
    });
  }
  if (answer.ok && answer.headers.has(UNTIL)) event.waitUntil(write(answer.clone()));
  else if (answer.status === 401 || answer.status === 403) event.waitUntil(forgetPage());
  return answer;
}

/** Today's page and everything it is made of, now. */
async function keepToday() {
  const answer = await fetch('/day');
  if (!answer.ok || !answer.headers.has(UNTIL)) return false;
  const html = await answer.clone().text();
  await write(answer);
  const cache = await caches.open(FILES);
  const files = new Set([...html.matchAll(/(?:href|src|data-[a-z]+)="(\/pages\/[^"]+)"/g)].map(found => found[1]));
  for (const name of [...files]) if (name.endsWith('/day/day.js')) files.add(name.replace('day/day.js', 'map.js'));
  await Promise.all([...files].map(async name => (await cache.match(name)) || cache.add(name)));
  return true;
}

async function write(answer) {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const until = answer.headers.get(UNTIL), policy = answer.headers.get('Content-Security-Policy');
  const html = await answer.text();
  const date = html.match(/id="day"[^>]*data-date="([^"]+)"/)?.[1];
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(html));
  await stored('readwrite', table => table.put({ key, iv, sealed, until, date, policy }, 'today'));
}

async function read() {
  await clean();
  const kept = await stored('readonly', table => table.get('today'));
  if (!kept) return null;
  const html = new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, kept.key, kept.sealed));
  const page = new Response(html.replace('<html ', '<html data-kept '), {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': kept.policy },
  });
  return { date: kept.date, page };
}

/** Yesterday's page goes, whenever anybody looks. */
async function clean() {
  const kept = await stored('readonly', table => table.get('today'));
  if (kept && Date.now() >= Date.parse(kept.until)) await forgetPage();
}

function forgetPage() {
  return stored('readwrite', table => table.delete('today'));
}

async function forget() {
  await forgetPage();
  await caches.delete(FILES);
}

function stored(mode, ask) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('rounds-day', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('pages');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const turn = opening.result.transaction('pages', mode);
      const asked = ask(turn.objectStore('pages'));
      turn.oncomplete = () => { opening.result.close(); resolve(asked.result); };
      turn.onabort = () => { opening.result.close(); reject(turn.error); };
    };
  });
}
