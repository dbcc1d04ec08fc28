/** An administrator's browser at Entra's consent pages, without the browser: cookies, forms and redirects. */

import assert from 'node:assert/strict';
import { Browser, type OpenedPage } from '../../local/browser.ts';
import { customers, graphResource, redirectUri, type TestCloud, vendor } from './cloud.ts';

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

/** Stays at Entra: where it would be sent back to the app, the page has a `location` instead. */
export class ConsentBrowser extends Browser {
  constructor(cloud: TestCloud) {
    super(({ origin }) => origin === new URL(cloud.urls.entra).origin);
  }

  /** Signs in and presses Accept or Cancel. */
  async consent(url: string, administrator: string, choice: 'accept' | 'cancel'): Promise<OpenedPage> {
    const signIn = await this.open(url);
    const review = await this.press(signIn, administrator);
    return this.press(review, choice);
  }
}

/** The parameters with which the app is called back. */
export function callbackParameters(visit: OpenedPage): Record<string, string> {
  assert.equal(visit.status, 302);
  return Object.fromEntries(new URL(visit.location ?? '').searchParams);
}

/** What an error page tells under its details. */
export const errorText = (visit: OpenedPage): string => visit.document.querySelector('pre')?.text ?? '';

export const antiForgeryToken = (visit: OpenedPage): string =>
  visit.document.querySelector('input[name=antiForgeryToken]')?.getAttribute('value') ?? '';
