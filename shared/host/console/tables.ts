/** A table that scrolls by itself where the page is too narrow for it; on a phone each row stands by itself, as a list of its cells. */

import { html } from 'hono/html';
import type { Html } from '../page.ts';

export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

/**
 * The roles are said, since a browser may forget them where a style shows rows as blocks.
 *
 * @param rows the first cell of each is its header; an empty text is an empty cell.
 */
export function scrollTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (string | Html)[])[],
): Html {
  const kind = (at: number): string => (columns[at]?.isNumber === true ? 'number' : '');
  const cell = (content: string | Html, at: number): Html =>
    at === 0
      ? html`<th scope="row" role="rowheader">${content}</th>`
      : html`<td role="cell" class="${kind(at)}" data-label="${columns[at]?.name ?? ''}">
          ${content === '' ? html`<div class="void"></div>` : html`<div>${content}</div>`}
        </td>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table role="table">
      <caption class="hidden">
        ${caption}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${columns.map(({ name }, at) => html`<th scope="col" role="columnheader" class="${kind(at)}">${name}</th>`)}
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
    </table>
  </div>`;
}
