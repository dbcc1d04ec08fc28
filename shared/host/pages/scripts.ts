/**
 * What runs in the pages, each allowed by its hash. Pages are of use without them: they copy, follow and tell that something is
 * under way, and nothing else.
 */

/** Shows the buttons of `copyBox`. The clipboard is there over https and on localhost only; elsewhere the text is selected. */
export const copyScript = `
for (const tools of document.querySelectorAll('[data-copy]')) {
  const text = document.getElementById(tools.dataset.copy);
  const say = tools.querySelector('[role=status]');
  tools.hidden = false;
  tools.querySelector('button').addEventListener('click', async () => {
    say.textContent = '';
    try {
      await navigator.clipboard.writeText(text.textContent);
      say.textContent = 'Copied.';
    } catch {
      getSelection().selectAllChildren(text);
      say.textContent = 'Selected: press Ctrl+C to copy.';
    }
  });
}
`;

/**
 * Follows a consent that has not arrived yet. What the page says when it has is what the server would say: the page is read
 * again and its main part put in the place of this one. The region that is read out stands outside of it.
 */
export const followScript = `
(() => {
  const main = document.getElementById('main');
  const say = document.createElement('p');
  say.className = 'hidden';
  say.setAttribute('role', 'status');
  document.body.append(say);
  const began = Date.now();
  const show = async () => {
    const answer = await fetch(location.href, { cache: 'no-store' });
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    main.replaceChildren(...next.getElementById('main').childNodes);
    document.title = next.title;
    say.textContent = document.querySelector('h1').textContent + '. ' + (document.querySelector('.lead')?.textContent ?? '');
  };
  const ask = async () => {
    try {
      const answer = await fetch(main.querySelector('[data-follow]').dataset.follow, { cache: 'no-store' });
      if (answer.ok && (await answer.json()).done) return await show();
      if (answer.status === 400 || answer.status === 410) return await show();
    } catch { /* The network is away for a moment: asked again. */ }
    const since = Date.now() - began;
    const looked = main.querySelector('[data-looked]');
    if (looked) looked.textContent = 'Last looked at ' + new Date().toLocaleTimeString() + '.';
    setTimeout(ask, since < 120000 ? 3000 : since < 1200000 ? 10000 : 60000);
  };
  setTimeout(ask, 1500);
})();
`;

/** A form whose answer takes a while says so, and is sent once. */
export const busyScript = `
for (const form of document.querySelectorAll('form[data-busy]')) {
  form.addEventListener('submit', (event) => {
    const button = form.querySelector('button');
    if (button.getAttribute('aria-disabled') === 'true') return event.preventDefault();
    button.setAttribute('aria-disabled', 'true');
    form.querySelector('[role=status]').textContent = form.dataset.busy;
  });
}
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
`;
