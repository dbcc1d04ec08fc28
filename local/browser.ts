/** An administrator's browser, as far as consent needs one: cookies, redirects, and buttons of forms. No scripts. */

import { type HTMLElement, parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

export interface OpenedPage {
  readonly url: string;
  readonly status: number;
  readonly document: HTMLElement;
}

const mostRedirects = 10;

export class Browser {
  readonly #cookies = new CookieJar();

  open(url: string): Promise<OpenedPage> {
    return this.#follow(url, { method: 'GET' });
  }

  /** Presses a button: sends its form with all of its fields and the button's own name and value. */
  press(page: OpenedPage, value: string): Promise<OpenedPage> {
    const button = page.document.querySelectorAll('button').find((one) => one.getAttribute('value') === value);
    const form = button?.closest('form');
    if (!button || !form)
      throw new Error(`${page.url} has no button "${value}": ${page.document.innerText.slice(0, 300)}`);
    const fields = new URLSearchParams();
    for (const input of form.querySelectorAll('input')) {
      fields.append(input.getAttribute('name') ?? '', input.getAttribute('value') ?? '');
    }
    fields.append(button.getAttribute('name') ?? '', value);
    const action = new URL(form.getAttribute('action') ?? '', page.url).href;
    return this.#follow(action, { method: 'POST', body: fields.toString() });
  }

  async #follow(url: string, request: { method: string; body?: string }): Promise<OpenedPage> {
    let at = url;
    let next = request;
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const response = await fetch(at, {
        ...next,
        redirect: 'manual',
        headers: {
          cookie: await this.#cookies.getCookieString(at),
          ...(next.body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
      });
      for (const cookie of response.headers.getSetCookie()) await this.#cookies.setCookie(cookie, at);
      const text = await response.text();
      const location = response.headers.get('location');
      if (location === null) return { url: at, status: response.status, document: parse(text) };
      at = new URL(location, at).href;
      // A browser follows 302 and 303 with GET (RFC 9110 section 15.4).
      next = { method: 'GET' };
    }
    throw new Error(`${url} redirects more than ${mostRedirects} times`);
  }
}
