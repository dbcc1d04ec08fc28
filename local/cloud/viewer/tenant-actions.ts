/** What the forms about tenants do, as their administrators would. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { addMailbox } from '../control/mailboxes.ts';
import { addTenant, changeApp, consent, requireRegistration, requireTenant, withdraw } from '../control/tenants.ts';
import { runCmdlets } from '../exchange/run-cmdlets.ts';
import { action, type Forms } from './action.ts';
import { paths, tenantPath } from './paths.ts';
import { cmdletNote } from './tenant-exchange.ts';

type Part = (name: string) => string;

export function tenantActions(forms: Forms, cloud: CloudContext): void {
  action(forms, paths.tenants, {
    page: () => paths.tenants,
    run(_part, typed) {
      const { displayName } = addTenant(cloud, { displayName: typed('displayName'), domain: typed('domain') });
      return html`<p>Added ${displayName}.</p>`;
    },
  });
  const page = (part: Part): string => tenantPath(part('tenant'));
  action(forms, `${paths.tenants}/:tenant/mailboxes`, {
    page,
    run(part, typed) {
      const { address } = addMailbox(cloud, { tenantId: part('tenant'), address: typed('address') });
      return html`<p>Added ${address}.</p>`;
    },
  });
  action(forms, `${paths.tenants}/:tenant/cmdlets`, {
    page,
    run: (part, typed) =>
      cmdletNote(runCmdlets(cloud, typed('script'), { tenantId: requireTenant(cloud, part('tenant')).id })),
  });

  const name = (part: Part): string => requireRegistration(cloud, part('appId')).displayName;
  const appAction = (verb: string, run: (tenant: string, appId: string) => unknown, said: (app: string) => string) =>
    action(forms, `${paths.tenants}/:tenant/apps/:appId/${verb}`, {
      page,
      run(part) {
        run(part('tenant'), part('appId'));
        return html`<p>${said(name(part))}</p>`;
      },
    });
  appAction(
    'consent',
    (tenant, appId) => consent(cloud, tenant, appId),
    (app) => `The tenant has consented to ${app}.`,
  );
  appAction(
    'withdraw',
    (tenant, appId) => withdraw(cloud, tenant, appId),
    (app) => `The consent to ${app} is withdrawn: its enterprise application is deleted.`,
  );
  appAction(
    'disable',
    (tenant, appId) => changeApp(cloud, tenant, appId, { enabled: false }),
    (app) => `${app} is disabled in this tenant.`,
  );
  appAction(
    'enable',
    (tenant, appId) => changeApp(cloud, tenant, appId, { enabled: true }),
    (app) => `${app} is enabled in this tenant.`,
  );
}
