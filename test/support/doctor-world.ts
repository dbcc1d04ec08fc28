/**
 * The built app in the local host, and tenants in which nothing is wrong until a test makes it so.
 *
 *     const tenant = await world.tenant();
 *     tenant.app.accountEnabled = false;
 *     const report = await world.examine(tenant);
 */

import assert from 'node:assert/strict';
import { vendor } from '../../local/cloud/seed.ts';
import type { CloudState, EnterpriseApp, Tenant as CloudTenant } from '../../local/cloud/state.ts';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { root } from '../../local/stack.ts';
import { TableTenantStore } from '../../shared/adapters/storage/table-tenant-store.ts';
import type { CheckReport, Finding } from '../../shared/checks/finding.ts';
import { routePrefix, routes, tables } from '../../shared/names.ts';
import { rights } from '../../shared/tenants/rights.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import { addTenant, anEnterpriseApp, graphResource } from './cloud.ts';
import { outlook } from './mail-servers.ts';
import { OpenApi } from './open-api.ts';
import { startTestStack, type TestStack } from './stack.ts';

export interface TestTenant {
  readonly id: string;
  readonly domain: string;
  /** The two mailboxes that were granted. */
  readonly post: string;
  readonly anna: string;
  readonly cloud: CloudTenant;
  readonly app: EnterpriseApp;
}

export interface AskedChecks {
  readonly mailbox?: string;
  readonly sendTo?: string;
}

export class DoctorWorld {
  readonly stack: TestStack;
  /** Every answer is held against it. */
  readonly #api: OpenApi;

  private constructor(stack: TestStack, api: OpenApi) {
    this.stack = stack;
    this.#api = api;
  }

  /** The timer is out of the way: it would mend the record of a tenant that is wrong on purpose. */
  static async start(): Promise<DoctorWorld> {
    const stack = await startTestStack({ TENANTPOST_RESOURCES: 'graph,outlook', TENANTPOST_WARM_EVERY_SECONDS: '900' });
    const described = await fetch(`${stack.host.url}/${routePrefix}/${routes.openApi}`);
    return new DoctorWorld(stack, new OpenApi(await described.json()));
  }

  get state(): CloudState {
    return this.stack.cloud.state;
  }

  /** With every right, granted and set up in Exchange, long ago. */
  async tenant(recorded: Partial<Tenant> = {}): Promise<TestTenant> {
    const { cloud } = this.stack;
    const added = addTenant(cloud);
    const { id, domain } = added;
    const [post, anna] = [`post@${domain}`, `anna@${domain}`];
    const app = anEnterpriseApp({
      tenantId: id,
      grantedAppRoles: rights.map((role) => ({ resource: role.startsWith('Mail.') ? graphResource : outlook, role })),
    });
    const { state } = this;
    state.enterpriseApps.push(app);
    state.exchangeServicePrincipals.push({
      ...{ tenantId: id, appId: vendor.appId, objectId: app.objectId, displayName: 'Mailer' },
    });
    state.exchangeOrganizations.push({ tenantId: id, smtpClientAuthenticationDisabled: false });
    for (const address of [post, anna]) {
      state.mailboxes.push({ tenantId: id, id: crypto.randomUUID(), address, displayName: address });
      state.mailboxPermissions.push({
        ...{ tenantId: id, mailbox: address, user: app.objectId, accessRights: ['FullAccess'] },
      });
      state.recipientPermissions.push({
        ...{ tenantId: id, mailbox: address, trustee: app.objectId, accessRights: ['SendAs'] },
      });
    }
    await this.record({ ...{ id, state: 'active', since: Date.now(), rights, mailboxes: [post, anna] }, ...recorded });
    return { id, domain, post, anna, cloud: added, app };
  }

  /** Writes what the installation knows of a tenant. */
  async record(tenant: Tenant): Promise<void> {
    await new TableTenantStore(this.stack.storage.table(tables.tenants), () => {}).save(tenant);
  }

  async forget(id: string): Promise<void> {
    await this.stack.storage.table(tables.tenants).deleteEntity(id, id);
  }

  mailbox(address: string) {
    const found = this.state.mailboxes.find((one) => one.address === address);
    assert.ok(found, address);
    return found;
  }

  /** Everything of the tenant in one of the lists, taken out. */
  without<List extends 'exchangeServicePrincipals' | 'mailboxPermissions' | 'enterpriseApps' | 'exchangeOrganizations'>(
    list: List,
    tenantId: string,
    only: (one: CloudState[List][number]) => boolean = () => true,
  ): void {
    const all: CloudState[List][number][] = this.state[list];
    const kept = all.filter((one) => one.tenantId !== tenantId || !only(one));
    all.splice(0, all.length, ...kept);
  }

  /** @param host the stack's own, or one with other settings. */
  async ask(tenant: string, asked: unknown = {}, host: Host = this.stack.host): Promise<Response> {
    return fetch(`${host.url}/${routePrefix}/tenants/${encodeURIComponent(tenant)}/checks`, {
      method: 'POST',
      headers: { 'x-functions-key': host.keys.functions['checkTenant'] ?? '' },
      body: JSON.stringify(asked),
    });
  }

  async examine(tenant: string, asked: AskedChecks = {}, host?: Host): Promise<CheckReport> {
    const response = await this.ask(tenant, asked, host);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    const report: unknown = JSON.parse(text);
    this.#api.requireAnswer('checkTenant', 200, response.headers.get('content-type') ?? '', report);
    return report as CheckReport;
  }

  /** One more host with other settings. The stack's own goes on beside it. */
  async host(settings: Record<string, string>): Promise<Host> {
    const own = Object.entries(this.stack.settings).filter(([name]) => !(name in settings));
    return startHost({ root, settings: { ...Object.fromEntries(own), ...settings }, environment: 'Development' });
  }

  stop(): Promise<void> {
    return this.stack.stop();
  }
}

export const findingOf = ({ findings }: CheckReport, check: string): Finding => {
  const found = findings.find((one) => one.check === check);
  assert.ok(found, check);
  return found;
};

export const skippedIn = ({ findings }: CheckReport): string[] =>
  findings.filter(({ state }) => state === 'skipped').map(({ check }) => check);
