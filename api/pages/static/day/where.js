// Looking takes some seconds: the button says so.
for (const form of document.querySelectorAll('form[action="/day/replan"]')) {
  form.addEventListener('submit', () => {
    const button = form.querySelector('button');
    button.textContent = 'One moment…';
    button.setAttribute('aria-disabled', 'true');
  });
}
addEventListener('pageshow', event => event.persisted && location.reload());

// Where am I: asked of the browser only when that answer is chosen, and sent only with the form.
const here = document.querySelector('#here');
if (here && navigator.geolocation && isSecureContext) {
  const said = document.querySelector('#here-said');
  const form = here.closest('form');
  here.hidden = false;
  form.addEventListener('change', event => {
    if (event.target.value !== 'here') return;
    said.textContent = 'Looking…';
    navigator.geolocation.getCurrentPosition(found => {
      // A hundred metres are enough for a drive.
      form.elements.lat.value = found.coords.latitude.toFixed(3);
      form.elements.lng.value = found.coords.longitude.toFixed(3);
      said.textContent = 'Found. It is used for this one answer.';
    }, () => {
      said.textContent = 'Your location was not found. Choose another answer.';
      form.elements.at.value = 'plan';
    }, { maximumAge: 60_000, timeout: 20_000 });
  });
}
