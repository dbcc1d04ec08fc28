/** Every form of the Exchange set-up that is of use to one tenant, for its page. */

import { resourceOf } from '../rights.ts';
import type { Tenant } from '../tenant.ts';
import { type ExchangeForm, exchangeSetup, nameInExchange } from './exchange-setup.ts';

export type ExchangeTexts = Partial<Readonly<Record<ExchangeForm, string>>>;

/** Where the operator has named none: Exchange knows no such address, so that nothing is granted by mistake. */
const placeholder = 'put-the-address-here@contoso.example';

/** @returns nothing before a token has shown the object id of the enterprise application, which Exchange needs. */
export function exchangeTexts(tenant: Tenant, appId: string, vendorName: string | undefined): ExchangeTexts {
  const { objectId, rights = ['Mail.Send'], mailboxes = [] } = tenant;
  if (objectId === undefined) return {};
  const byProtocol = rights.some((right) => resourceOf(right) === 'outlook');
  const byGraph = rights.some((right) => resourceOf(right) === 'graph');
  const forms: readonly ExchangeForm[] = [
    ...(byProtocol && tenant.scoped !== true ? (['commands', 'script'] as const) : []),
    ...(byGraph || tenant.scoped === true ? (['scoped'] as const) : []),
    'undo',
  ];
  const setup = {
    organization: tenant.id,
    appId,
    objectId,
    displayName: nameInExchange(vendorName),
    mailboxes: mailboxes.length === 0 ? [placeholder] : mailboxes,
    rights,
  };
  return Object.fromEntries(forms.map((form) => [form, exchangeSetup({ ...setup, form })]));
}
