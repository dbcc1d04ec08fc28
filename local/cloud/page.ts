/** The frame of every page that the local cloud shows: one style, one banner that says what it is, one strict policy. */

import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const style = `
:root { color-scheme: light dark; --back: #fff; --text: #1c2128; --line: #d3d9df; --edge: #717b86; --accent: #0b5cad;
  --on-accent: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14181d; --text: #e3e8ed; --line: #343c45; --edge: #8792a0; --accent: #7ab8ff; --on-accent: #0a1a2b; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; color: var(--text); background: var(--back); }
.banner { padding: .5rem 1rem; border-bottom: 1px solid var(--line); font-size: .875rem; }
main { max-width: 34rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.125rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; }
form { margin: 1rem 0; }
fieldset { border: 1px solid var(--line); border-radius: .25rem; margin: 0 0 1rem; }
button { display: block; width: 100%; margin: .5rem 0; padding: .75rem 1rem; font: inherit; text-align: start;
  color: inherit; background: none; border: 1px solid var(--edge); border-radius: .25rem; cursor: pointer; }
button.primary { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
pre { white-space: pre-wrap; padding: .75rem; border: 1px solid var(--line); }
`;

/** Whole, as the policy's hash covers each space between the tags. */
const styleElement = raw(`<style>${style}</style>`);
const styleHash = createHash('sha256').update(style).digest('base64');

interface Surroundings {
  /** Further elements of the document's head. */
  head?: Html;
  /** What stands before the main part: navigation, and a link past it. */
  header?: Html;
}

/** @param body is inserted as it is: make it with `html` from hono/html, which escapes what it is given. */
export function page(title: string, body: Html, { head = html``, header = html`` }: Surroundings = {}): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - tenantpost local cloud</title>
        ${styleElement} ${head}
      </head>
      <body>
        <div class="banner" role="note">This is the <strong>local cloud</strong> of tenantpost, not Microsoft.</div>
        ${header}
        <main id="main" tabindex="-1">${body}</main>
      </body>
    </html>`;
}

/**
 * The headers that go with `page`.
 *
 * @param formTargets origins to which a form on the page may lead by redirect: Chromium applies `form-action` to the
 *   redirect that follows a POST as well, and stops there without a word.
 */
export function pageHeaders(formTargets: string[] = []): Record<string, string> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src 'sha256-${styleHash}'`,
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Cache-Control': 'no-store, no-cache',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}
