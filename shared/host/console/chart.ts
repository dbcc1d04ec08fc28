/** Mail sent over time, as columns and, for whoever cannot see them or wants the numbers, as a table. */

import { html } from 'hono/html';
import type { Html } from '../page.ts';
import { shortClockText } from './times.ts';

export interface Chart {
  /** Once in the page. */
  readonly id: string;
  readonly title: string;
  readonly slices: readonly { readonly from: string; readonly count: number }[];
  /** What one column is, in words: `5 minutes`. */
  readonly grain: string;
}

/** In units of the picture, which is drawn as wide as there is room. */
const [columnWidth, gap, height] = [20, 6, 100];

export function chart({ id, title, slices, grain }: Chart): Html {
  const most = Math.max(0, ...slices.map(({ count }) => count));
  const total = slices.reduce((sum, { count }) => sum + count, 0);
  const width = slices.length * (columnWidth + gap) - gap;
  const first = slices[0]?.from ?? '';
  return html`<figure>
    <figcaption id="${id}">
      <span>${title}</span> <span>${most === 0 ? 'none' : `most in ${grain}: ${most.toLocaleString('en')}`}</span>
    </figcaption>
    <svg
      role="img"
      aria-label="${title}: ${total.toLocaleString('en')} in all, at most ${most.toLocaleString('en')} in ${grain}. The numbers follow as a table."
      viewBox="0 0 ${width} ${height}"
      preserveAspectRatio="none"
    >
      ${slices.map(({ from, count }, place) => {
        // Whatever was sent can be seen, be it ever so little beside the most.
        const tall = count === 0 ? 0 : Math.max(2, (count / most) * height);
        const isNow = place === slices.length - 1;
        return html`<rect
          class="column ${isNow ? 'now' : ''}"
          x="${place * (columnWidth + gap)}"
          y="${round(height - tall)}"
          width="${columnWidth}"
          height="${round(tall)}"
          ><title>from ${shortClockText(Date.parse(from))}: ${count.toLocaleString('en')}</title></rect
        >`;
      })}
    </svg>
    <div class="under" aria-hidden="true">
      <span>${first === '' ? '' : shortClockText(Date.parse(first))} UTC</span><span>now</span>
    </div>
    <details>
      <summary>${title}, as a table</summary>
      <table>
        <caption class="hidden">
          ${title}
        </caption>
        <thead>
          <tr>
            <th scope="col">From (UTC)</th>
            <th scope="col" class="number">Sent</th>
          </tr>
        </thead>
        <tbody>
          ${slices.map(
            ({ from, count }) =>
              html`<tr>
                <th scope="row">${shortClockText(Date.parse(from))}</th>
                <td class="number">${count.toLocaleString('en')}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </figure>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
