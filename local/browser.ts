/** An administrator's browser, as far as consent needs one: cookies, redirects, and buttons of forms. No scripts. */

import { type HTMLElement, parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

export interface OpenedPage {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly document: HTMLElement;
  /** Where a redirect leads that the browser was told not to follow. */
  readonly location?: string;
}

const mostRedirects = 10;

export class Browser {
  readonly #cookies = new CookieJar(undefined, { prefixSecurity: 'strict' });
  readonly #follows: (url: URL) => boolean;

  /** @param follows which redirects to follow; all of them if left out. */
  constructor(follows: (url: URL) => boolean = () => true) {
    this.#follows = follows;
  }

  open(url: string): Promise<OpenedPage> {
    return this.#visit(url);
  }

  /** Follows a link, by its text. */
  follow(page: OpenedPage, text: string): Promise<OpenedPage> {
    const link = page.document.querySelectorAll('a').find((one) => one.innerText.trim() === text);
    if (!link) throw new Error(`${page.url} has no link "${text}": ${page.document.innerText.slice(0, 300)}`);
    return this.#visit(new URL(link.getAttribute('href') ?? '', page.url).href);
  }

  /** Presses a button: sends its form with all of its fields and the button's own name and value. */
  press(page: OpenedPage, value: string): Promise<OpenedPage> {
    const button = page.document.querySelectorAll('button').find((one) => one.getAttribute('value') === value);
    const form = button?.closest('form');
    if (!button || !form) {
      throw new Error(`${page.url} has no button "${value}": ${page.document.innerText.slice(0, 300)}`);
    }
    const fields = [...form.querySelectorAll('input'), button].map((one): [string, string] => [
      one.getAttribute('name') ?? '',
      one.getAttribute('value') ?? '',
    ]);
    return this.post(new URL(form.getAttribute('action') ?? '', page.url).href, fields);
  }

  post(url: string, fields: [string, string][]): Promise<OpenedPage> {
    return this.#visit(url, new URLSearchParams(fields).toString());
  }

  async #visit(url: string, form?: string, redirects = 0): Promise<OpenedPage> {
    if (redirects > mostRedirects) throw new Error(`${url} is the end of more than ${mostRedirects} redirects`);
    const cookie = await this.#cookies.getCookieString(url);
    const sent =
      form === undefined
        ? { headers: { cookie } }
        : { method: 'POST', body: form, headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' } };
    const response = await fetch(url, { ...sent, redirect: 'manual' });
    const { status, headers } = response;
    for (const line of headers.getSetCookie()) await this.#cookies.setCookie(line, url);
    const document = parse(await response.text());
    const location = headers.get('location');
    if (location === null) return { url, status, headers, document };
    const target = new URL(location, url);
    if (!this.#follows(target)) return { url, status, headers, document, location };
    // A browser follows 302 and 303 with GET (RFC 9110 section 15.4).
    return this.#visit(target.href, undefined, redirects + 1);
  }
}
