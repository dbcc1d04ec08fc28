/** An administrator's browser at Entra's consent pages, without the browser: cookies, forms and redirects. */

import assert from 'node:assert/strict';
import { type HTMLElement, parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';
import type { Headers } from 'undici';
import { customers, graphResource, redirectUri, type TestCloud, vendor } from './cloud.ts';

export interface Visit {
  url: string;
  status: number;
  headers: Headers;
  root: HTMLElement;
  /** Where a redirect leads that leaves Entra; it is not followed. */
  location?: string;
}

/** The consent URL of the vendor's app for Contoso; `undefined` leaves a parameter out. */
export function consentUrl(
  cloud: TestCloud,
  tenant: string = customers.contoso.id,
  parameters: Record<string, string | undefined> = {},
): string {
  const query = {
    client_id: vendor.appId,
    scope: `${graphResource}/.default`,
    redirect_uri: redirectUri,
    state: 'state-1',
    ...parameters,
  };
  const given = Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined);
  return `${cloud.urls.entra}/${tenant}/v2.0/adminconsent?${new URLSearchParams(given).toString()}`;
}

export class ConsentBrowser {
  readonly #cloud: TestCloud;
  readonly #jar = new CookieJar(undefined, { prefixSecurity: 'strict' });

  constructor(cloud: TestCloud) {
    this.#cloud = cloud;
  }

  open(url: string): Promise<Visit> {
    return this.#visit(url);
  }

  /** Presses the button of that name and value, which sends its form with all hidden fields. */
  press(visit: Visit, name: string, value: string): Promise<Visit> {
    const button = visit.root.querySelector(`form[method=post] button[name="${name}"][value="${value}"]`);
    const form = button?.closest('form');
    assert.ok(form, `the page has no button ${name}=${value}`);
    const hidden = form
      .querySelectorAll('input[type=hidden]')
      .map((input): [string, string] => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']);
    return this.post(visit.url, [...hidden, [name, value]]);
  }

  post(url: string, fields: [string, string][]): Promise<Visit> {
    return this.#visit(url, new URLSearchParams(fields));
  }

  /** Signs in and presses Accept or Cancel; the visit's `location` is where the app is called back. */
  async consent(url: string, administrator: string, choice: 'accept' | 'cancel'): Promise<Visit> {
    const signIn = await this.open(url);
    const review = await this.press(signIn, 'administrator', administrator);
    return this.press(review, 'choice', choice);
  }

  async #visit(url: string, form?: URLSearchParams): Promise<Visit> {
    const cookie = await this.#jar.getCookieString(url);
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const post = form === undefined ? {} : { method: 'POST', body: form.toString() };
    const response = await this.#cloud.fetch(url, { ...post, headers });
    for (const line of response.headers.getSetCookie()) await this.#jar.setCookie(line, url);
    const location = response.headers.get('location');
    const root = parse(await response.text());
    const visit = { url, status: response.status, headers: response.headers, root };
    if (location === null) return visit;
    const target = new URL(location, url);
    if (target.origin !== new URL(this.#cloud.urls.entra).origin) return { ...visit, location };
    return this.#visit(target.href);
  }
}

/** The parameters with which the app is called back. */
export function callbackParameters(visit: Visit): Record<string, string> {
  assert.equal(visit.status, 302);
  return Object.fromEntries(new URL(visit.location ?? '').searchParams);
}

/** What an error page tells under its details. */
export const errorText = (visit: Visit): string => visit.root.querySelector('pre')?.text ?? '';

export const antiForgeryToken = (visit: Visit): string =>
  visit.root.querySelector('input[name=antiForgeryToken]')?.getAttribute('value') ?? '';
