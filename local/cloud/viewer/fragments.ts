/** Pieces that several pages of the portal share. Everything that comes from outside goes through `html`, which escapes. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import type { Html } from '../page.ts';
import type { EmailAddress } from '../state.ts';
import { tenantPath } from './paths.ts';

interface Table {
  /** Its class in the style sheet, which gives the columns their widths. */
  kind?: string;
  caption: string;
  /** Whether the heading above it says the same to those who see it. */
  captionHidden?: boolean;
  /** The first column names the row. */
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

type Cell = Html | string | number;

/** On a narrow screen a list of cards; the roles keep it a table for screen readers even then. */
export function table({ kind = '', caption, captionHidden = true, columns, rows }: Table): Html {
  const label = (index: number): string => columns[index] ?? '';
  const cell = (value: Cell, index: number): Html =>
    index === 0
      ? html`<th role="rowheader" scope="row" data-label="${label(index)}"><span>${value}</span></th>`
      : html`<td role="cell" data-label="${label(index)}"><span>${value}</span></td>`;
  return html`<table role="table" class="${kind}">
    <caption class="${captionHidden ? 'hidden' : ''}">
      ${caption}
    </caption>
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

/** What a page says where there is nothing to show, and what to do about it. */
export const empty = (text: Html | string): Html => html`<p class="empty">${text}</p>`;

/** Terms with what they are; those without are left out. */
export function definitions(pairs: readonly (readonly [term: string, description: Cell | undefined])[]): Html {
  const given = pairs.filter(([, description]) => description !== undefined);
  return html`<dl>
    ${given.map(
      ([term, description]) =>
        html`<dt>${term}</dt>
          <dd>${description}</dd>`,
    )}
  </dl>`;
}

/** In the zone of the machine that shows it, which is the reader's own. */
export function time(epochMilliseconds: number): Html {
  const at = new Date(epochMilliseconds);
  const text = at.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  return html`<time datetime="${at.toISOString()}">${text}</time>`;
}

/** A day by which something ends, and how that stands. */
export function expiry(epochMilliseconds: number, now: number): Html {
  const days = Math.floor((epochMilliseconds - now) / (24 * 60 * 60 * 1000));
  const at = new Date(epochMilliseconds);
  const day = html`<time datetime="${at.toISOString()}"
    >${at.toLocaleDateString('en-GB', { dateStyle: 'medium' })}</time
  >`;
  if (epochMilliseconds <= now) return html`${day} ${badge('expired', 'bad')}`;
  return days < 30 ? html`${day} ${badge(days === 1 ? '1 day left' : `${days} days left`, 'wait')}` : day;
}

export function person({ address, name }: EmailAddress): Html {
  return name ? html`${name} <span class="address soft">&lt;${breakable(address)}&gt;</span>` : breakable(address);
}

/** An address that breaks before its domain, where a line has to break. */
export function breakable(address: string): Html {
  const at = address.lastIndexOf('@');
  return at < 1 ? html`${address}` : html`${address.slice(0, at)}<wbr />${address.slice(at)}`;
}

export function tenantLink({ state }: CloudContext, tenantId: string): Html {
  const tenant = state.tenants.find(({ id }) => id === tenantId);
  return tenant ? html`<a href="${tenantPath(tenantId)}">${tenant.displayName}</a>` : html`<code>${tenantId}</code>`;
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

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
