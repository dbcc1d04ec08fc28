/** The pages that an administrator sees: one frame, one style, nothing loaded from anywhere, everything escaped. */

import type { HttpResponseInit } from '@azure/functions';
import { html, raw } from 'hono/html';
import { createHash } from 'node:crypto';

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606a; --line: #d0d7de; --ok: #1a7f37; --wait: #9a6700; --bad: #cf222e }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9198a1; --line: #30363d; --ok: #3fb950; --wait: #d29922; --bad: #f85149 } }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
main { max-width: 38rem; margin: 0 auto; padding: 12vh 1.25rem 2rem }
h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25; padding-left: .9rem; border-left: .35rem solid var(--soft) }
h1.ok { border-color: var(--ok) } h1.wait { border-color: var(--wait) } h1.bad { border-color: var(--bad) }
dl { margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem }
dt { font-weight: 600 } dd { margin: 0 0 .6rem; overflow-wrap: anywhere }
footer { max-width: 38rem; margin: 0 auto; padding: 0 1.25rem 2rem; color: var(--soft); font-size: .85rem }
`;

/** Whole, since the policy's hash covers every space between the tags. */
const styleElement = raw(`<style>${style}</style>`);
const styleHash = createHash('sha256').update(style).digest('base64');
const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export interface Page {
  readonly status: number;
  readonly tone: 'ok' | 'wait' | 'bad';
  readonly title: string;
  /** What happened and what to do, in sentences. */
  readonly paragraphs: readonly string[];
  /** For whoever is asked about it: a code, an id. Outside text is welcome here, it is escaped. */
  readonly facts: Readonly<Record<string, string | undefined>>;
}

export function pageResponse({ status, tone, title, paragraphs, facts }: Page): HttpResponseInit {
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
  const body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <h1 class="${tone}">${title}</h1>
          ${paragraphs.map((text) => html`<p>${text}</p>`)}
          ${
            shown.length === 0
              ? ''
              : html`<dl>
                  ${shown.map(
                    ([name, value]) =>
                      html`<dt>${name}</dt>
                        <dd>${value}</dd>`,
                  )}
                </dl>`
          }
        </main>
        <footer>tenantpost</footer>
      </body>
    </html>`;
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': contentSecurityPolicy },
    body: String(body),
  };
}
