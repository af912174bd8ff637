// What was tapped and not taken by the server yet. Each tap has a key of its own, so that sent twice it counts once.
// Nothing personal is kept: the visit's id, what happened, and when.

const STORE = 'rounds-told';
const REFUSED = [404, 409, 410, 422];

export function waiting() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) || [];
  } catch {
    return [];
  }
}

function keep(taps) {
  if (taps.length) localStorage.setItem(STORE, JSON.stringify(taps));
  else localStorage.removeItem(STORE);
}

/** Keep a tap: what happened at a visit, now. */
export function add(visit, type) {
  const at = new Date();
  at.setMilliseconds(0);
  const tap = { key: newKey(), visit, type, at: at.toISOString() };
  keep([...waiting(), tap]);
  return tap;
}

/** Take a tap back that has not been sent. */
export function drop(key) {
  keep(waiting().filter(tap => tap.key !== key));
}

/** Send what waits, in order, one tab at a time. Says what was refused (with the reason), and what is in the way. */
export async function flush(token) {
  if (!waiting().length) return { refused: [], blocked: '' };
  const go = () => send(token);
  return navigator.locks ? navigator.locks.request('rounds-told', go) : go();
}

async function send(token) {
  const refused = [];
  for (let tap = waiting()[0]; tap; tap = waiting()[0]) {
    let answer;
    try {
      answer = await fetch('/v1/me/events', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': tap.key, 'X-Rounds-Token': token },
        body: JSON.stringify({ visit: tap.visit, type: tap.type, at: tap.at }),
      });
    } catch {
      return { refused, blocked: 'signal' };
    }
    if (answer.ok) drop(tap.key);
    else if (REFUSED.includes(answer.status)) {
      const problem = await answer.json().catch(() => ({}));
      refused.push({ ...tap, detail: problem.detail || 'It was refused.' });
      drop(tap.key);
    } else {
      return { refused, blocked: answer.status === 401 || answer.status === 403 ? 'session' : 'server' };
    }
  }
  return { refused, blocked: '' };
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Only a secure origin has randomUUID; a practice's own network may not be one.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}
