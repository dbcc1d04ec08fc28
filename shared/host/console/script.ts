/**
 * Keeps a page of the console up to date. The page is asked for again and what has changed is changed in place, so that focus,
 * selection and opened parts stay as they are. Without it the page shows what it was when it was opened.
 */

export const refreshScript = `
(() => {
  const main = document.getElementById('main');
  const tools = main.querySelector('[data-refresh]');
  const button = tools.querySelector('button');
  const say = tools.querySelector('[role=status]');
  tools.hidden = false;
  const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || '' : '');
  const isSame = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
  const sync = (old, next) => {
    if (old.isEqualNode(next)) return;
    if (old.nodeType !== 1) { old.nodeValue = next.nodeValue; return; }
    if ('keep' in old.dataset) return;
    for (const { name } of [...old.attributes]) if (name !== 'open' && !next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (name !== 'open') old.setAttribute(name, value);
    let at = old.firstChild;
    const drop = () => { const gone = at; at = at.nextSibling; gone.remove(); };
    for (const child of [...next.childNodes]) {
      if (at && !isSame(at, child) && keyOf(child)) {
        let found = at.nextSibling;
        while (found && !isSame(found, child)) found = found.nextSibling;
        while (found && at !== found) drop();
      }
      if (at && isSame(at, child)) { sync(at, child); at = at.nextSibling; }
      else old.insertBefore(child, at);
    }
    while (at) drop();
  };
  /** What had the focus may be in another place now, or be gone. */
  const refocus = (before) => {
    if (before === document.activeElement || before === document.body) return;
    const text = before.textContent;
    const twin = [...main.querySelectorAll(before.nodeName)].find((one) => one.textContent === text && one.id === before.id
      && one.getAttribute('href') === before.getAttribute('href') && one.form?.action === before.form?.action);
    (twin ?? main).focus({ preventScroll: true });
  };
  let timer;
  let isOn = true;
  const every = () => { clearTimeout(timer); if (isOn) timer = setTimeout(refresh, 15000); };
  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { 'x-console-refresh': '1' }, cache: 'no-store' });
      if (answer.status === 401) { isOn = false; tools.classList.add('over'); say.textContent = 'The session has ended: what you see is not refreshed.'; button.hidden = true; return; }
      if (answer.ok) {
        const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const before = document.activeElement;
        sync(main, next.getElementById('main'));
        document.title = next.title;
        refocus(before);
        if (say.textContent !== '') say.textContent = '';
      } else say.textContent = 'The app did not answer as usual (' + answer.status + '). It is asked again.';
    } catch { say.textContent = 'The app cannot be reached. It is asked again.'; }
    every();
  };
  button.addEventListener('click', () => {
    isOn = !isOn;
    button.textContent = isOn ? 'Pause refreshing' : 'Go on refreshing';
    if (isOn) void refresh();
    else clearTimeout(timer);
  });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && isOn) void refresh(); });
  every();
})();
`;
