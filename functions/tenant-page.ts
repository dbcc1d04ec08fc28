/** `GET` and `POST /api/tenant?link=...`: a tenant's page for its administrator; `POST` runs the doctor first. */

import type { HttpFunctionOptions, HttpRequest } from '@azure/functions';
import { reportForTenant } from '../shared/checks/report-for-tenant.ts';
import { asTenantpostError, TenantpostError } from '../shared/errors.ts';
import { consentErrors } from '../shared/host/consent-errors.ts';
import { answering, formBody } from '../shared/host/http.ts';
import { type Checked, tenantPage as page } from '../shared/host/pages/tenant-page.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';
import { exchangeTexts } from '../shared/tenants/exchange/texts.ts';
import type { Tenant } from '../shared/tenants/tenant.ts';

interface Needed extends Pick<Services, 'invitations' | 'pages' | 'publicUrl'> {
  readonly doctor: Pick<Services['doctor'], 'run'>;
}

export const tenantPage = (services: Needed): HttpFunctionOptions => ({
  methods: ['GET', 'POST'],
  // Anonymous, since an administrator has no key: the signed link is the authority, and names the one tenant.
  authLevel: 'anonymous',
  route: routes.tenantPage,
  handler: answering(consentErrors(services), async (request) => {
    const { clientId, findTenant, links, pathOf, vendor } = services.pages;
    const signed = request.query.get('link') ?? '';
    const { tid, end } = await links.read('tenant-page', signed);
    const known = await findTenant(tid);
    const check = known && request.method === 'POST' ? await checked(services, known, request) : undefined;
    // Read again after a check, which may have found out what the row did not say.
    const tenant = check === undefined ? known : await findTenant(tid);
    if (tenant === undefined) throw new TenantpostError('TENANT_UNKNOWN', 'Nothing is recorded of the tenant.');
    return page({
      tenant,
      vendor,
      clientId,
      here: pathOf('tenantPage', { link: signed }),
      expiresAt: end,
      exchange: exchangeTexts(tenant, clientId, vendor.name),
      check,
    });
  }),
});

async function checked({ doctor, pages }: Needed, tenant: Tenant, request: HttpRequest): Promise<Checked> {
  const mailbox = (await formBody(request)).get('mailbox')?.trim().slice(0, 254) || undefined;
  const wait = Math.ceil(pages.checkPace.take(tenant.id) / 1000);
  if (wait > 0) {
    const problem = `The organisation was checked a moment ago. It can be checked again in ${wait} seconds.`;
    return { problem, status: 429, mailbox };
  }
  try {
    return { report: reportForTenant(await doctor.run({ tenant: tenant.id, mailbox })) };
  } catch (error) {
    if (asTenantpostError(error).code !== 'REQUEST_INVALID') throw error;
    return { problem: 'That is no mail address. It looks like post@contoso.example.', status: 400, mailbox };
  }
}
