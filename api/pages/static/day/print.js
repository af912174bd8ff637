// The sheet's own button; without a script the browser's menu prints.
const button = document.querySelector('#print');
button.hidden = false;
button.addEventListener('click', () => print());
