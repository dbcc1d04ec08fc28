/** What the tests of the portal's pages share: a cloud, its pages and its forms as a browser would get and send them. */

import assert from 'node:assert/strict';
import { type HTMLElement, parse } from 'node-html-parser';
import { startTestCloud, type TestCloud, type TestCloudOptions } from '../../../support/cloud.ts';
import { aMessage, anna, copies, send } from './graph-requests.ts';

export interface TestViewer {
  cloud: TestCloud;
  get(path: string): Promise<Response>;
  /** The page at a path, which must be HTML and answer with the status. */
  page(path: string, status?: number): Promise<HTMLElement>;
  /** Fills in a form that is on a page, found by what it sends to, and tells which page follows. */
  send(path: string, action: string, fields?: Record<string, string>): Promise<string>;
  /** The same, and gives the page that follows. */
  submit(path: string, action: string, fields?: Record<string, string>): Promise<HTMLElement>;
  /** Sends, and returns the id of the copy in a mailbox, by default Anna's. */
  deliver(message: Record<string, unknown>, mailbox?: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startTestViewer(options: TestCloudOptions = {}): Promise<TestViewer> {
  const cloud = await startTestCloud(options);
  const get = (path: string): Promise<Response> => cloud.fetch(`${cloud.urls.portal}${path}`);
  const page = async (path: string, status = 200): Promise<HTMLElement> => {
    const response = await get(path);
    assert.equal(response.status, status);
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    return parse(await response.text(), { comment: true });
  };
  const sendForm: TestViewer['send'] = async (path, action, fields = {}) => {
    const form = (await page(path)).querySelectorAll('form').find((one) => one.getAttribute('action') === action);
    assert.ok(form, `${path} has no form for ${action}`);
    const response = await cloud.fetch(`${cloud.urls.portal}${action}`, {
      method: 'POST',
      body: new URLSearchParams({ ...valuesOf(form), ...fields }),
    });
    assert.equal(response.status, 303);
    return response.headers.get('location') ?? '';
  };
  return {
    cloud,
    get,
    page,
    send: sendForm,
    submit: async (...form) => page(await sendForm(...form)),
    async deliver(message, mailbox = anna) {
      assert.equal((await send(cloud, { message: aMessage(message) })).status, 202);
      const id = copies(cloud, mailbox).at(-1)?.id;
      assert.ok(id);
      return id;
    },
    stop: () => cloud.stop(),
  };
}

/** What a form would send as it stands. */
function valuesOf(form: HTMLElement): Record<string, string> {
  const inputs = form.querySelectorAll('input').map((one) => [one.getAttribute('name'), one.getAttribute('value')]);
  const texts = form.querySelectorAll('textarea').map((one) => [one.getAttribute('name'), one.text.replace(/^\n/, '')]);
  const selects = form.querySelectorAll('select').map((one) => {
    const options = one.querySelectorAll('option');
    const chosen = options.find((option) => option.hasAttribute('selected')) ?? options[0];
    return [one.getAttribute('name'), chosen?.getAttribute('value')];
  });
  return Object.fromEntries([...inputs, ...texts, ...selects].map(([name, value]) => [name ?? '', value ?? '']));
}

export const oneLine = (element: HTMLElement): string => element.text.replace(/\s+/g, ' ').trim();

/** What a definition list says of a term. */
export function definition(root: HTMLElement, term: string): string | undefined {
  const found = root.querySelectorAll('dt').find((dt) => dt.text === term)?.nextElementSibling;
  return found ? oneLine(found) : undefined;
}

/** The rows of a table, without its head. */
export function cells(root: HTMLElement, caption: string): string[][] {
  const table = root.querySelectorAll('table').find((one) => one.querySelector('caption')?.text.trim() === caption);
  const rows = table?.querySelectorAll('tbody tr') ?? [];
  return rows.map((row) => row.querySelectorAll('td, th').map(oneLine));
}

/** Breaks out of an attribute, a title or a text that is not escaped. */
export const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;`;
export const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]).toString('base64');
export const html = (content: string) => ({ body: { contentType: 'HTML', content } });
