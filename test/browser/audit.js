/**
 * Runs inside of a page and gives a list of what keeps some people from using it, by the rules of
 * https://www.w3.org/TR/WCAG22/ that a program can check: names and labels, the order of headings, tables, contrast.
 */

(() => {
  const problems = [];
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const report = (what, element) => {
    const { tagName, id, className } = element;
    const text = (element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);
    problems.push(
      `${what}: <${tagName.toLowerCase()}${id && ` id=${id}`}${className && ` class=${className}`}> ${text}`,
    );
  };
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  /** For screen readers alone. */
  const isClipped = (element) =>
    element.closest('.hidden, thead') !== null && element.getBoundingClientRect().width <= 2;

  // 2.4.2, 3.1.1
  if (document.documentElement.lang === '') report('no language', document.documentElement);
  if (document.title.trim() === '') report('no title', document.documentElement);

  // 1.3.1, 2.4.1, 2.4.6
  if (all('main').length !== 1) report('not one main part', document.body);
  for (const nav of all('nav')) if (!nav.getAttribute('aria-label')) report('navigation without a name', nav);
  if (all('h1').length !== 1) report('not one first heading', document.body);
  let level = 0;
  for (const heading of all('h1, h2, h3, h4, h5, h6')) {
    const next = Number(heading.tagName.slice(1));
    if (next > level + 1) report(`heading of level ${next} after ${level}`, heading);
    level = next;
  }
  for (const section of all('[aria-labelledby], [aria-describedby], [list]')) {
    for (const name of ['aria-labelledby', 'aria-describedby', 'list']) {
      for (const id of (section.getAttribute(name) ?? '').split(' ').filter(Boolean)) {
        if (!document.getElementById(id)) report(`${name} of nothing: ${id}`, section);
      }
    }
  }
  const ids = all('[id]').map(({ id }) => id);
  for (const id of ids.filter((one, place) => ids.indexOf(one) !== place)) problems.push(`id twice: ${id}`);
  for (const table of all('table')) {
    if (!table.caption?.textContent?.trim()) report('table without a caption', table);
    for (const header of all('th', table)) if (!header.scope) report('header without a scope', header);
    if (all('tbody tr', table).some((row) => row.querySelector('th') === null)) report('row without a header', table);
  }

  // 1.1.1, 2.4.4, 3.3.2, 4.1.2
  for (const image of all('img')) if (!image.hasAttribute('alt')) report('image without a text', image);
  for (const frame of all('iframe')) if (!frame.title) report('frame without a title', frame);
  for (const control of all('input:not([type=hidden]), select, textarea')) {
    if (![...(control.labels ?? [])].some((label) => label.textContent?.trim()))
      report('control without a label', control);
  }
  for (const named of all('a[href], button, summary')) {
    if (!(named.getAttribute('aria-label') ?? named.textContent ?? '').trim()) report('nothing to call it', named);
  }
  const names = all('button').map((button) => button.textContent.trim().replace(/\s+/g, ' '));
  for (const form of all('form.inline')) {
    const name = form.querySelector('button').textContent.trim().replace(/\s+/g, ' ');
    if (names.filter((one) => one === name).length > 1) report('two buttons of one name', form);
  }
  for (const field of all('[aria-invalid=true]')) {
    if (!field.getAttribute('aria-describedby')) report('wrong, and nothing says why', field);
  }

  // 1.4.3, 1.4.11
  const parse = (color) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return { red, green, blue, alpha };
  };
  const over = (top, below) => {
    const mix = (name) => top[name] * top.alpha + below[name] * (1 - top.alpha);
    return { red: mix('red'), green: mix('green'), blue: mix('blue'), alpha: 1 };
  };
  const backgroundOf = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      layers.push(color);
      if (color.alpha === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), parse('rgb(255, 255, 255)'));
  };
  const luminance = ({ red, green, blue }) => {
    const [r, g, b] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || seen.has(element)) continue;
    seen.add(element);
    if (!isShown(element) || isClipped(element) || element.closest('style, option, datalist')) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const size = parseFloat(fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
    const background = backgroundOf(element);
    const ratio = contrast(over(parse(color), background), background);
    if (ratio < (isLarge ? 3 : 4.5)) report(`contrast of ${ratio.toFixed(2)}`, element);
  }
  for (const control of all('input:not([type=hidden]), select, textarea, button:not(.primary)').filter(isShown)) {
    const around = backgroundOf(control.parentElement);
    const ratio = contrast(over(parse(getComputedStyle(control).borderTopColor), around), around);
    if (ratio < 3) report(`edge with a contrast of ${ratio.toFixed(2)}`, control);
  }
  return problems;
})();
