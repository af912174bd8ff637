// What is written into a message goes along with its links.
for (const box of document.querySelectorAll('[data-message]')) {
  const text = box.querySelector('textarea');
  text.addEventListener('input', () => {
    for (const link of box.querySelectorAll('a[href*="body="]')) {
      link.href = link.getAttribute('href').replace(/body=.*$/, `body=${encodeURIComponent(text.value)}`);
    }
  });
}
