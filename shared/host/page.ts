/** The frame of every page of the app: one style, one strict policy, nothing loaded from anywhere, everything escaped. */

import type { HttpResponseInit } from '@azure/functions';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { createHash } from 'node:crypto';
import type { Vendor } from '../vendor-settings.ts';
import { style } from './pages/style.ts';

/** Made with `html` of hono/html, which escapes what it is given. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** How things stand: said by a sign and a colour beside the words, never by the colour alone. */
export type Tone = 'ok' | 'wait' | 'bad' | 'plain';

export interface Page {
  readonly status: number;
  readonly title: string;
  readonly tone?: Tone;
  /** The one sentence to read if only one is read. Outside text is welcome here and in the title, it is escaped. */
  readonly lead?: string;
  readonly body: Html;
  /** Whose page it is, as the reader knows them. */
  readonly vendor?: Vendor;
  /** Stands in the bar on top. */
  readonly nav?: Html;
  /** For tables and charts: as wide as a desk's screen is. */
  readonly wide?: boolean;
  /** Of this page alone, on top of the style of all. */
  readonly style?: string;
  /** Run in the page; each is allowed by its hash. A page must be of use without them. */
  readonly scripts?: readonly string[];
  /** What else the policy opens, all of it for this app alone: forms that are sent, requests that the scripts make. */
  readonly allows?: readonly ('forms' | 'requests')[];
}

export function pageResponse(page: Page): HttpResponseInit {
  const { status, title, tone, lead, body, vendor, nav = '', wide = false } = page;
  const styles = page.style === undefined ? [style] : [style, page.style];
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${styles.map((one) => element('style', one))}
      </head>
      <body class="${wide ? 'wide' : ''}">
        <a class="skip" href="#main">Skip to the content</a>
        <header class="bar"><span class="brand">${vendor?.name ?? 'tenantpost'}</span> ${nav}</header>
        <main id="main" tabindex="-1">
          ${tone === undefined ? '' : mark(tone)}
          <h1>${title}</h1>
          ${lead === undefined ? '' : html`<p class="lead">${lead}</p>`} ${body}
        </main>
        <footer>
          ${vendor?.support === undefined ? 'tenantpost' : html`Questions? ${contactLink(vendor.support)}`}
        </footer>
        ${(page.scripts ?? []).map((one) => element('script', one))}
      </body>
    </html>`;
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policyOf(page, styles) },
    body: String(text),
  };
}

/** A setting of the operator's: an e-mail address, or an https address. */
export function contactLink(support: string): Html {
  const isPage = support.startsWith('https://');
  return html`<a href="${isPage ? support : `mailto:${support}`}">${isPage ? support.slice(8) : support}</a>`;
}

/** Whole, since the policy's hash covers every space between the tags. */
function element(name: 'style' | 'script', text: string): HtmlEscapedString {
  return raw(`<${name}>${text}</${name}>`);
}

/** https://www.w3.org/TR/CSP3/ */
function policyOf({ scripts = [], allows = [] }: Page, styles: readonly string[]): string {
  return [
    "default-src 'none'",
    `style-src ${hashesOf(styles)}`,
    ...(scripts.length === 0 ? [] : [`script-src ${hashesOf(scripts)}`]),
    ...(allows.includes('requests') ? ["connect-src 'self'"] : []),
    `form-action ${allows.includes('forms') ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashesOf(texts: readonly string[]): string {
  return texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
}

/** Drawn in the page itself, as nothing may be loaded. */
const signs: Record<Tone, string> = {
  ok: 'M4.5 12.5l5 5 10-11',
  wait: 'M12 6v6.5l4 2.5M12 2.5a9.5 9.5 0 100 19 9.5 9.5 0 000-19',
  bad: 'M12 5.5v8M12 18v.5',
  plain: 'M3 6.5h18v12H3zM3.5 7l8.500 6.500L20.500 7',
};

function mark(tone: Tone): HtmlEscapedString {
  const line = 'fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"';
  return raw(
    `<svg class="mark ${tone}" viewBox="0 0 24 24" aria-hidden="true"><path ${line} d="${signs[tone]}"/></svg>`,
  );
}
