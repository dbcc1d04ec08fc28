/** The frame of the portal's own pages: where one can go, what has just been done, and how strict the browser is to be. */

import { html } from 'hono/html';
import type { FieldProblem } from '../field-problem.ts';
import { type Html, page, pageHeaders } from '../page.ts';
import type { Tone } from './fragments.ts';
import { paths } from './paths.ts';
import type { Submitted } from './submitted.ts';

const areas = {
  overview: 'Overview',
  tenants: 'Tenants',
  apps: 'Apps',
  mailboxes: 'Mailboxes',
  vault: 'Vault',
  journal: 'Journal',
  faults: 'Faults',
  jobs: 'Mail jobs',
} as const;

export type Area = keyof typeof areas;

/** What has been done, or could not be: the first thing on the page that follows. */
export interface Note {
  tone: Tone;
  body: Html;
  /** What was typed into the form, so that nobody types it again. */
  typed?: Submitted;
  /** What was wrong about it. */
  problems?: readonly FieldProblem[];
}

export interface FrameOptions {
  area: Area;
  /** Areas that this portal does not have. */
  without?: readonly Area[];
  note?: Note | undefined;
  /** Loads the page again after so many seconds. */
  refreshSeconds?: number | undefined;
}

export function portalPage(title: string, body: Html, options: FrameOptions): Html {
  const { area, without = [], note, refreshSeconds } = options;
  const names = Object.entries(areas).filter(([name]) => !without.some((one) => one === name));
  const link = ([name, text]: [string, string]): Html =>
    html`<li><a href="${paths[name as Area]}" ${area === name ? html`aria-current="page"` : ''}>${text}</a></li>`;
  const refresh = html`<meta http-equiv="refresh" content="${refreshSeconds}" />`;
  return page(title, html`${note ? noteBox(note) : ''}${body}`, {
    head: html`<link rel="stylesheet" href="${paths.style}" />${refreshSeconds === undefined ? '' : refresh}`,
    header: html`<a class="skip" href="#main">Skip to the content</a>
      <nav aria-label="Portal">
        <ul>
          ${names.map(link)}
        </ul>
      </nav>`,
  });
}

/** Focused when the page opens, so that it is read out and seen. */
function noteBox({ tone, body }: Note): Html {
  return html`<div class="note ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}" tabindex="-1" autofocus>
    ${body}
  </div>`;
}

/** The shared policy, opened for the portal's style sheet and for the frame that shows a message. */
export function portalHeaders(): Record<string, string> {
  const shared = pageHeaders();
  const policy = shared['Content-Security-Policy'] ?? "default-src 'none'; style-src";
  return {
    ...shared,
    'Content-Security-Policy': `${policy.replace('style-src', "style-src 'self'")}; frame-src 'self'`,
  };
}
