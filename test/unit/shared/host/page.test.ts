import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { type Page, pageResponse } from '../../../../shared/host/page.ts';
import { headersOf } from '../../../support/invocation.ts';

const page: Page = {
  status: 200,
  tone: 'ok',
  title: 'Consent is in place',
  paragraphs: ['One.', 'Two.'],
  facts: { Tenant: 'contoso', Absent: undefined },
};

function shown(overrides: Partial<Page> = {}) {
  const response = pageResponse({ ...page, ...overrides });
  assert.ok(typeof response.body === 'string');
  return { response, text: response.body, root: parse(response.body) };
}

/** What a browser would hash: everything between the tags, as it stands (CSP level 3, section 6.7.3.3). */
function styleIn(text: string): string {
  const [, style, ...more] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
  assert.ok(style !== undefined && more.length === 0);
  return style;
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

describe('a page', () => {
  test('is HTML of a title, paragraphs and the facts that there are', () => {
    const { response, text, root } = shown();
    assert.equal(response.status, 200);
    assert.equal(headersOf(response)['content-type'], 'text/html; charset=utf-8');
    assert.match(text, /^<!doctype html>/);
    assert.equal(root.querySelector('title')?.text, page.title);
    assert.equal(root.querySelector('h1')?.text, page.title);
    assert.equal(root.querySelector('h1')?.getAttribute('class'), 'ok');
    assert.deepEqual(
      root.querySelectorAll('p').map((one) => one.text),
      page.paragraphs,
    );
    assert.deepEqual(
      root.querySelectorAll('dt, dd').map((one) => one.text),
      ['Tenant', 'contoso'],
    );
  });

  test('has no list of facts where there are none', () => {
    assert.equal(shown({ facts: { Absent: undefined } }).root.querySelector('dl'), null);
  });

  test('shows markup from outside as text, wherever it comes in', () => {
    const evil = `<script>alert(1)</script><img src=x onerror="alert(1)">&amp;'"`;
    const { text, root } = shown({ title: evil, paragraphs: [evil], facts: { [evil]: evil } });
    assert.deepEqual([root.querySelector('script'), root.querySelector('img')], [null, null]);
    assert.doesNotMatch(text, /<script|<img/);
    for (const element of ['title', 'h1', 'p', 'dt', 'dd']) {
      assert.equal(root.querySelector(element)?.text, evil);
    }
  });

  test('cannot be left through its title: the element stays closed', () => {
    const { root } = shown({ title: '</title><h1>evil</h1>' });
    assert.equal(root.querySelectorAll('h1').length, 1);
  });
});

describe('the content security policy', () => {
  test('allows the style of the page by its hash', () => {
    const { response, text } = shown();
    const hash = createHash('sha256').update(styleIn(text)).digest('base64');
    assert.equal(policyOf(response).get('style-src'), `'sha256-${hash}'`);
  });

  test('allows nothing else: no script, no form, no frame, nothing loaded', () => {
    const policy = policyOf(shown().response);
    policy.delete('style-src');
    assert.deepEqual(Object.fromEntries(policy), {
      'default-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
  });

  test('is kept by the page itself: it has no inline style, no script, no link', () => {
    const { root } = shown();
    assert.deepEqual(root.querySelectorAll('script, link, img, [style], [onclick]'), []);
  });
});
