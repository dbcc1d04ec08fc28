/** The built app in the local host, whose identity has exactly the roles that infra/ assigns to it. */

import assert from 'node:assert/strict';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { waitFor } from '../../local/wait.ts';
import type { CheckReport } from '../../shared/checks/finding.ts';
import { readConfig } from '../../shared/config.ts';
import { routePrefix } from '../../shared/names.ts';
import { buildServices, type Services } from '../../shared/services.ts';
import { assignRoles, isLocal } from './assigned-roles.ts';
import { deploy } from './infra.ts';
import { MailApiClient } from './mail-api-client.ts';
import { managedIdentity } from './managed-identity.ts';
import { startTestStack, type TestStack } from './stack.ts';

export const eventsQueue = 'mail-ended';

/** As infra/ assigns them with both transports, events, and a certificate that is signed with in the vault. */
export const { roleAssignments } = deploy({ eventsQueue, choices: { resources: 'graph,outlook' } });

/** Those of them that the local cloud has a place for. */
export const assigned = roleAssignments.filter(isLocal);

export class RightsWorld {
  readonly stack: TestStack;
  readonly client: MailApiClient;

  private constructor(stack: TestStack, client: MailApiClient) {
    this.stack = stack;
    this.client = client;
  }

  static async start(): Promise<RightsWorld> {
    const stack = await startTestStack({
      ...{ TENANTPOST_RESOURCES: 'graph,outlook', TENANTPOST_EVENTS_QUEUE: eventsQueue },
    });
    // infra/ makes it, and the identity may not.
    await stack.storage.queue(eventsQueue).create();
    const registration = stack.cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
    registration?.requiredAppRoles.push({ resource: 'https://outlook.office365.com', role: 'SMTP.SendAsApp' });
    await assignRoles(stack, assigned);
    // For services of this process.
    managedIdentity(stack.cloud);
    return new RightsWorld(stack, await MailApiClient.of(stack));
  }

  /** One that has cached nothing yet, in this process. */
  anInstance(settings: Record<string, string> = {}): Services {
    return buildServices(readConfig({ ...this.stack.settings, ...settings }));
  }

  /** Calls a function that is not in the OpenAPI description. */
  call(name: string, path: string, init: RequestInit = {}): Promise<Response> {
    const { url, keys } = this.stack.host;
    const headers = { 'x-functions-key': keys.functions[name] ?? '' };
    return fetch(`${url}/${routePrefix}${path}`, { ...init, headers });
  }

  async examine(): Promise<CheckReport> {
    const path = `/tenants/${customers.contoso.id}/checks`;
    const response = await this.call('checkTenant', path, { method: 'POST', body: '{}' });
    assert.equal(response.status, 200);
    return (await response.json()) as CheckReport;
  }

  /** @param from how many lines there were before. */
  line(part: string, from = 0): Promise<string> {
    const { lines } = this.stack;
    return waitFor(`a line with ${part}`, () => lines.slice(from).find((line) => line.includes(part)));
  }

  /** What the cloud has refused for want of a role. */
  refused() {
    const codes = ['AuthorizationPermissionMismatch', 'ForbiddenByRbac'];
    return this.stack.cloud.journal.entries.filter(({ code = '' }) => codes.includes(code));
  }
}
