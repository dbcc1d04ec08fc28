/** `POST /api/tenants/{tenant}/links`: a link to a tenant's page, to be sent to its administrator. */

import type { HttpFunctionOptions } from '@azure/functions';
import { TenantpostError } from '../shared/errors.ts';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readPart } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { tenantLinkPath } from '../shared/tenants/page-operations.ts';

export const tenantLink = ({ pages }: Pick<Services, 'pages'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.tenantLinks,
  handler: answering(problem, async ({ params }) => {
    const { tenant } = readPart(tenantLinkPath, params, 'The address');
    if ((await pages.findTenant(tenant)) === undefined) {
      throw new TenantpostError('TENANT_UNKNOWN', 'Nothing is recorded of the tenant.', {
        detail: { tenantId: tenant },
      });
    }
    const { signed, expiresAt } = await pages.links.tenantPage(tenant);
    return {
      status: 201,
      jsonBody: {
        tenant,
        link: pages.urlOf('tenantPage', { link: signed }),
        expiresAt: new Date(expiresAt).toISOString(),
      },
    };
  }),
});
