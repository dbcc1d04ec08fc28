/** What the tests of the viewer share: a cloud with a viewer, and its pages as a browser would get them. */

import assert from 'node:assert/strict';
import { type HTMLElement, parse } from 'node-html-parser';
import { serve } from '../../../../local/cloud/serve.ts';
import { viewer, type ViewerOptions } from '../../../../local/cloud/viewer/viewer.ts';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { aMessage, anna, copies, send } from './graph-requests.ts';

export interface TestViewer {
  cloud: TestCloud;
  get(path: string): Promise<Response>;
  /** The page at a path, which must be HTML and answer with the status. */
  page(path: string, status?: number): Promise<HTMLElement>;
  /** Sends, and returns the id of the copy in a mailbox, by default Anna's. */
  deliver(message: Record<string, unknown>, mailbox?: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startTestViewer(options: ViewerOptions = {}): Promise<TestViewer> {
  const cloud = await startTestCloud();
  const listening = await serve('Viewer', viewer(cloud, options).fetch, { port: 0 });
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${listening.port}${path}`);
  return {
    cloud,
    get,
    async page(path, status = 200) {
      const response = await get(path);
      assert.equal(response.status, status);
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
      return parse(await response.text(), { comment: true });
    },
    async deliver(message, mailbox = anna) {
      assert.equal((await send(cloud, { message: aMessage(message) })).status, 202);
      const id = copies(cloud, mailbox).at(-1)?.id;
      assert.ok(id);
      return id;
    },
    async stop() {
      await listening.stop();
      await cloud.stop();
    },
  };
}

const oneLine = (element: HTMLElement): string => element.text.replace(/\s+/g, ' ').trim();

/** What a definition list says of a term. */
export function definition(root: HTMLElement, term: string): string | undefined {
  const found = root.querySelectorAll('dt').find((dt) => dt.text === term)?.nextElementSibling;
  return found ? oneLine(found) : undefined;
}

/** The rows of a table, without its head. */
export function cells(root: HTMLElement, label: string): string[][] {
  const rows = root.querySelectorAll(`table[aria-label="${label}"] tbody tr`);
  return rows.map((row) => row.querySelectorAll('td').map(oneLine));
}

/** Breaks out of an attribute, a title or a text that is not escaped. */
export const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;`;
export const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]).toString('base64');
export const html = (content: string) => ({ body: { contentType: 'HTML', content } });
