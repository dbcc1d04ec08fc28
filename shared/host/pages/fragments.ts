/** Parts that pages are put together from. Outside text is welcome in all of them: it is escaped. */

import { html } from 'hono/html';
import type { Html, Tone } from '../page.ts';

export const nothing: Html = html``;

/** Names and values; those without a value are left out. */
export function factList(facts: Readonly<Record<string, string | Html | undefined>>, small = false): Html {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  if (known.length === 0) return nothing;
  return html`<dl class="facts ${small ? 'small' : ''}">
    ${known.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** One below the other. */
export function lines(texts: readonly string[]): Html {
  return html`${texts.map((text, at) => html`${at === 0 ? '' : html`<br />`}${text}`)}`;
}

/** What to do, in this order; a single step needs no number. */
export function stepList(steps: readonly (string | Html)[]): Html {
  if (steps.length === 1) return html`<p>${steps[0]}</p>`;
  return html`<ol class="steps">
    ${steps.map((step) => html`<li>${step}</li>`)}
  </ol>`;
}

export function note(tone: Tone, text: string | Html): Html {
  return html`<div class="note ${tone}"><p>${text}</p></div>`;
}

export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

export function actions(...parts: readonly (Html | undefined)[]): Html {
  const there = parts.filter((part) => part !== undefined);
  return there.length === 0 ? nothing : html`<p class="actions">${there}</p>`;
}

export function linkButton(href: string, text: string, kind: 'primary' | 'secondary' = 'primary'): Html {
  return html`<a class="button ${kind}" href="${href}">${text}</a>`;
}

/** A link to another site. It opens where the reader says; the app's own address is told to nobody by the policy of referrers. */
export function outsideLink(href: string, text: string): Html {
  return html`<a href="${href}" rel="noreferrer">${text}</a>`;
}

/**
 * Text to take along, with a button that copies it where scripts run (scripts.ts, `copyScript`).
 *
 * @param id once in the page.
 * @param kind `text` wraps and is read as prose; `code` keeps its lines and scrolls.
 */
export function copyBox(id: string, label: string, text: string, kind: 'text' | 'code'): Html {
  return html`<div class="copy">
    <pre id="${id}" class="${kind}" tabindex="0" role="region" aria-label="${label}">${text}</pre>
    <div class="tools" hidden data-copy="${id}">
      <button type="button" class="small" aria-label="Copy: ${label}">Copy</button><span role="status"></span>
    </div>
  </div>`;
}

/** A moment, for people and for programs. @param at epoch milliseconds. */
export function moment(at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${momentText(at)}</time>`;
}

const inWords = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

export function momentText(at: number): string {
  return `${inWords.format(at)} UTC`;
}
