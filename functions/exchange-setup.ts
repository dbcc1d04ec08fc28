/** `GET /api/tenants/{tenant}/exchange`: the PowerShell with which the tenant's administrator sets Exchange up for the app. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readPart, readQuery } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { exchangeInstructions, exchangePath, exchangeQuery } from '../shared/tenants/exchange/exchange-instructions.ts';
import { nameInExchange } from '../shared/tenants/exchange/exchange-setup.ts';

interface Needed {
  readonly tenantApi: Pick<Services['tenantApi'], 'resolve' | 'read'>;
  readonly pages: Pick<Services['pages'], 'clientId' | 'vendor'>;
}

export const exchangeSetup = ({ tenantApi: tenants, pages: { clientId, vendor } }: Needed): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.exchange,
  handler: answering(problem, async ({ params, query }) => {
    const { tenant } = readPart(exchangePath, params, 'The address');
    const asked = readQuery(exchangeQuery, query);
    const body = await exchangeInstructions(
      { tenants, clientId, displayName: nameInExchange(vendor.name) },
      tenant,
      asked,
    );
    return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
  }),
});
