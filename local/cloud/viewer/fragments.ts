/** Pieces that several pages of the viewer share. Everything that comes from outside goes through `html`, which escapes. */

import { html } from 'hono/html';
import { type Html, page, pageHeaders } from '../page.ts';
import type { EmailAddress } from '../state.ts';
import { paths } from './paths.ts';

export type Area = 'mailboxes' | 'jobs';

/** The shared frame with the viewer's own style and navigation. */
export function viewerPage(title: string, body: Html, area: Area): Html {
  const link = (name: Area, href: string, text: string) =>
    html`<a href="${href}" ${area === name ? html`aria-current="true"` : ''}>${text}</a>`;
  return page(
    title,
    html`<link rel="stylesheet" href="${paths.style}" />
      <nav aria-label="Viewer">
        ${link('mailboxes', paths.overview, 'Mailboxes')} ${link('jobs', paths.jobs, 'Mail jobs')}
      </nav>
      ${body}`,
  );
}

/** The shared policy, opened for the viewer's style sheet and for the frame that shows a message. */
export function viewerHeaders(): Record<string, string> {
  const shared = pageHeaders();
  const policy = shared['Content-Security-Policy'] ?? "default-src 'none'; style-src";
  return {
    ...shared,
    'Content-Security-Policy': `${policy.replace('style-src', "style-src 'self'")}; frame-src 'self'`,
  };
}

interface Table {
  /** Its class in the style sheet, which gives the columns their widths. */
  kind: 'counts' | 'messages' | 'jobs';
  label: string;
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

type Cell = Html | string | number;

/** On a narrow screen a list of cards; the roles keep it a table for screen readers even then. */
export function table({ kind, label, columns, rows }: Table): Html {
  const cell = (value: Cell, index: number) =>
    html`<td role="cell" data-label="${columns[index] ?? ''}"><span>${value}</span></td>`;
  return html`<table role="table" class="${kind}" aria-label="${label}">
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (cells) =>
          html`<tr role="row">
            ${cells.map(cell)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

export type Tone = 'good' | 'wait' | 'bad' | 'plain';

export const badge = (text: string, tone: Tone): Html => html`<span class="badge ${tone}">${text}</span>`;

/** In the zone of the machine that shows it, which is the reader's own. */
export function time(epochMilliseconds: number): Html {
  const at = new Date(epochMilliseconds);
  const text = at.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  return html`<time datetime="${at.toISOString()}">${text}</time>`;
}

export function person({ address, name }: EmailAddress): Html {
  return name ? html`${name} <span class="address soft">&lt;${breakable(address)}&gt;</span>` : breakable(address);
}

/** An address that breaks before its domain, where a line has to break. */
export function breakable(address: string): Html {
  const at = address.lastIndexOf('@');
  return at < 1 ? html`${address}` : html`${address.slice(0, at)}<wbr />${address.slice(at)}`;
}

/** Text as it was written, scrollable by keyboard. */
export function verbatim(label: string, text: string, style = ''): Html {
  return html`<pre class="${style}" role="region" tabindex="0" aria-label="${label}">${text}</pre>`;
}

export const subjectOf = (subject: string): string => (subject.trim() === '' ? '(no subject)' : subject);

export function bytes(count: number): string {
  if (count < 1024) return `${count} bytes`;
  const kibibytes = count / 1024;
  return kibibytes < 1024 ? `${kibibytes.toFixed(1)} KB` : `${(kibibytes / 1024).toFixed(1)} MB`;
}
