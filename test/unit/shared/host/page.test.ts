import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { html } from 'hono/html';
import { parse } from 'node-html-parser';
import { contactLink, type Page, pageResponse } from '../../../../shared/host/page.ts';
import { factList, stepList } from '../../../../shared/host/pages/fragments.ts';
import { headersOf } from '../../../support/invocation.ts';

const page: Page = { status: 200, tone: 'ok', title: 'Consent is in place', lead: 'One.', body: html`<p>Two.</p>` };

function shown(overrides: Partial<Page> = {}) {
  const response = pageResponse({ ...page, ...overrides });
  assert.ok(typeof response.body === 'string');
  return { response, text: response.body, root: parse(response.body) };
}

/** What a browser would hash: everything between the tags, as it stands (CSP level 3, section 6.7.3.3). */
function hashesIn(text: string, tag: 'style' | 'script'): string {
  const found = [...text.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, inside = '']) => inside);
  assert.ok(found.length > 0);
  return found.map((one) => `'sha256-${createHash('sha256').update(one).digest('base64')}'`).join(' ');
}

function policyOf(response: ReturnType<typeof pageResponse>): Map<string, string> {
  const policy = headersOf(response)['content-security-policy'] ?? '';
  return new Map(
    policy.split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values.join(' ')];
    }),
  );
}

const evil = `<script>alert(1)</script><img src=x onerror="alert(1)">&amp;'"`;

describe('a page', () => {
  test('is HTML of a title, a lead and a body', () => {
    const { response, text, root } = shown();
    assert.equal(response.status, 200);
    assert.equal(headersOf(response)['content-type'], 'text/html; charset=utf-8');
    assert.match(text, /^<!doctype html>/);
    assert.equal(root.querySelector('title')?.text, page.title);
    assert.equal(root.querySelector('main h1')?.text, page.title);
    assert.equal(root.querySelector('main p.lead')?.text, 'One.');
    assert.equal(root.querySelector('main p:not(.lead)')?.text, 'Two.');
    assert.equal(root.querySelector('svg')?.getAttribute('class'), 'mark ok');
  });

  test('begins with a link past the bar, to the main part', () => {
    const { root } = shown();
    assert.equal(root.querySelector('body')?.firstElementChild?.getAttribute('href'), '#main');
    assert.equal(root.querySelector('main')?.id, 'main');
  });

  test('says whose it is and whom to ask, by the settings', () => {
    const { root } = shown({ vendor: { name: 'Mailworks', support: 'help@mailworks.example' } });
    assert.equal(root.querySelector('.brand')?.text, 'Mailworks');
    assert.equal(root.querySelector('footer a')?.getAttribute('href'), 'mailto:help@mailworks.example');
    assert.equal(shown().root.querySelector('.brand')?.text, 'tenantpost');
    assert.equal(shown().root.querySelector('footer a'), null);
  });

  test('shows markup from outside as text, wherever it comes in', () => {
    const { text, root } = shown({
      title: evil,
      lead: evil,
      vendor: { name: evil, support: evil },
      body: html`${factList({ [evil]: evil })}${stepList([evil, evil])}`,
    });
    assert.deepEqual([root.querySelector('script'), root.querySelector('img')], [null, null]);
    assert.doesNotMatch(text, /<script|<img/);
    for (const element of ['title', 'h1', '.lead', '.brand', 'footer a', 'dt', 'dd', 'li']) {
      assert.equal(root.querySelector(element)?.text.trim(), evil, element);
    }
  });

  test('cannot be left through its title: the element stays closed', () => {
    assert.equal(shown({ title: '</title><h1>evil</h1>' }).root.querySelectorAll('h1').length, 1);
  });

  test('leaves facts out that have no value, and the list where there are none', () => {
    const { root } = shown({ body: html`${factList({ One: '1', Absent: undefined })}` });
    assert.deepEqual(
      root.querySelectorAll('dt, dd').map(({ text }) => text),
      ['One', '1'],
    );
    assert.equal(shown({ body: html`${factList({ Absent: undefined })}` }).root.querySelector('dl'), null);
  });
});

test('a contact is a mail link or a link to a page, and never a script', () => {
  const hrefOf = (support: string) =>
    parse(String(contactLink(support)))
      .querySelector('a')
      ?.getAttribute('href');
  assert.equal(hrefOf('help@mailworks.example'), 'mailto:help@mailworks.example');
  assert.equal(hrefOf('https://mailworks.example/help'), 'https://mailworks.example/help');
  assert.equal(hrefOf('javascript:alert(1)'), 'mailto:javascript:alert(1)');
});

describe('the content security policy', () => {
  const strict = {
    'default-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };

  test('allows the style of the page by its hash, and nothing else', () => {
    const { response, text } = shown();
    assert.deepEqual(Object.fromEntries(policyOf(response)), { ...strict, 'style-src': hashesIn(text, 'style') });
  });

  test('allows a style and scripts of the page itself by their hashes', () => {
    const { response, text } = shown({ style: '.chart { color: red }', scripts: ['void 1;', 'void 2;'] });
    assert.deepEqual(Object.fromEntries(policyOf(response)), {
      ...strict,
      'style-src': hashesIn(text, 'style'),
      'script-src': hashesIn(text, 'script'),
    });
    assert.equal(hashesIn(text, 'script').split(' ').length, 2);
  });

  test('opens forms and requests for this app alone, where a page says that it has them', () => {
    const policy = policyOf(shown({ allows: ['forms', 'requests'] }).response);
    assert.deepEqual([policy.get('form-action'), policy.get('connect-src')], ["'self'", "'self'"]);
  });

  test('is kept by the page itself: it has no style of an element, no handler and nothing loaded', () => {
    const { root } = shown({ vendor: { name: 'x', support: 'https://x.example' } });
    assert.deepEqual(root.querySelectorAll('script, link, img, iframe, [style], [onclick]'), []);
  });
});
