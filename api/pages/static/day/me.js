// Keeping today on this device, where the browser can: a switch of the "Me" page.

const box = document.querySelector('#keep');
const said = document.querySelector('#keep-said');

if ('serviceWorker' in navigator && crypto.subtle) {
  document.querySelector('#keeping').hidden = false;
  const known = await navigator.serviceWorker.getRegistration('/day');
  box.checked = Boolean(known);
  box.addEventListener('change', () => (box.checked ? keep() : forget()));
}

async function keep() {
  said.textContent = 'One moment…';
  await navigator.serviceWorker.register('/day/worker.js', { scope: '/day' });
  const { active } = await navigator.serviceWorker.ready;
  const kept = await ask(active, 'keep');
  said.textContent = kept ? 'Today can be read without a signal, until midnight. Later days as soon as you open them.' : 'That did not work. Try again with a signal.';
  if (!kept) await forget();
}

async function forget() {
  const known = await navigator.serviceWorker.getRegistration('/day');
  if (known?.active) await ask(known.active, 'forget');
  await known?.unregister();
  if (!box.checked) said.textContent = 'Nothing is kept on this device.';
  box.checked = false;
}

function ask(worker, what) {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = event => resolve(event.data);
    worker.postMessage(what, [port2]);
  });
}
