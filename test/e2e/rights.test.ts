/**
 * The built app with exactly the roles that infra/ assigns to its identity. Everything that it does works with them, and
 * without any one of them the doctor names that one, and where it is missing.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { addCertificateVersion } from '../../local/cloud/vault/add-certificate-version.ts';
import { setSecret } from '../../local/cloud/vault/set-secret.ts';
import { setUpSmtp } from '../../local/onboarding.ts';
import { waitFor } from '../../local/wait.ts';
import type { CheckReport } from '../../shared/checks/finding.ts';
import { readConfig } from '../../shared/config.ts';
import { queues, routePrefix } from '../../shared/names.ts';
import { buildServices, type Services } from '../../shared/services.ts';
import { assignRoles, isLocal, placeOf } from '../support/assigned-roles.ts';
import type { ReadOptions } from '../support/bicep/read-bicep.ts';
import type { RoleAssignment } from '../support/bicep/role-assignments.ts';
import { failureOf } from '../support/failure-of.ts';
import { deploy } from '../support/infra.ts';
import { type Asked, MailApiClient } from '../support/mail-api-client.ts';
import { aMailJob } from '../support/mail-job.ts';
import { managedIdentity } from '../support/managed-identity.ts';
import { bringIn, outcomeOf, poisonOf, startTestStack, type TestStack } from '../support/stack.ts';

const { contoso, fabrikam } = customers;
const ofContoso = { tenant: contoso.id };
const eventsQueue = 'mail-ended';
const { roleAssignments } = deploy({ eventsQueue, choices: { resources: 'graph,outlook' } });
const assigned = roleAssignments.filter(isLocal);
let stack: TestStack;
let client: MailApiClient;

before(async () => {
  stack = await startTestStack({ TENANTPOST_RESOURCES: 'graph,outlook', TENANTPOST_EVENTS_QUEUE: eventsQueue });
  // infra/ makes it, and the identity may not.
  await stack.storage.queue(eventsQueue).create();
  const registration = stack.cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
  registration?.requiredAppRoles.push({ resource: 'https://outlook.office365.com', role: 'SMTP.SendAsApp' });
  await assignRoles(stack, assigned);
  // For services of this process.
  managedIdentity(stack.cloud);
  client = await MailApiClient.of(stack);
});
after(async () => stack.stop());

const mail = (id: string, overrides: Record<string, unknown> = {}): Record<string, unknown> =>
  aMailJob({
    ...{ id, subject: id, tenant: contoso.id, from: `post@${contoso.domain}`, to: ['ada@customer.example'] },
    ...overrides,
  });

/** One that has cached nothing yet, in this process. */
const anInstance = (settings: Record<string, string> = {}): Services =>
  buildServices(readConfig({ ...stack.settings, ...settings }));

/** What is not in the OpenAPI description. */
const asked = (name: string, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${stack.host.url}/${routePrefix}${path}`, {
    ...init,
    headers: { 'x-functions-key': stack.host.keys.functions[name] ?? '' },
  });

async function examine(): Promise<CheckReport> {
  const response = await asked('checkTenant', `/tenants/${contoso.id}/checks`, { method: 'POST', body: '{}' });
  assert.equal(response.status, 200);
  return (await response.json()) as CheckReport;
}

const lineOf = (...parts: string[]) =>
  waitFor(`a line with ${parts.join(' and ')}`, () =>
    stack.lines.find((line) => parts.every((part) => line.includes(part))),
  );

const refusedForWantOfARole = () =>
  stack.cloud.journal.entries.filter(({ code = '' }) =>
    ['AuthorizationPermissionMismatch', 'ForbiddenByRbac'].includes(code),
  );

describe('with the roles of infra/ and nothing else', () => {
  test('a tenant consents, and is warmed by the timer', async () => {
    await bringIn(stack, contoso);
    await bringIn(stack, fabrikam);
    await setUpSmtp(stack, contoso);
    await lineOf("Executed 'Functions.warmTokens' (Succeeded");
  });

  test('mail leaves over Graph and SMTP, with content in a blob, at once and later', async () => {
    const content = Buffer.from('kept apart');
    const { body } = await client.ask('storeMailContent', {}, { body: content });
    const { blob, sha256, bytes } = body;
    const attachments = [{ name: 'a.txt', contentType: 'text/plain', content: { blob, sha256, bytes } }];
    await client.ask('submitMailJobs', {}, { body: mail('by-graph', { attachments }) });
    const soon = new Date(Date.now() + 1000).toISOString();
    await client.ask('submitMailJobs', {}, { body: mail('later', { notBefore: soon }) });
    await stack.storage.queue(queues.mailSmtp).sendMessage(JSON.stringify(mail('by-smtp')));
    for (const id of ['by-graph', 'by-smtp', 'later']) await outcomeOf(stack, id, 'sent');
    const events = stack.storage.queue(eventsQueue);
    await waitFor('three events', async () => {
      return (await events.getProperties()).approximateMessagesCount === 3 || undefined;
    });
  });

  test('poison of all four queues is collected', async () => {
    const poisonQueues = Object.values(queues).filter((name) => name.endsWith('-poison'));
    for (const name of poisonQueues) await stack.storage.queue(name).sendMessage(`no mail job of ${name}`);
    await waitFor('all in poison', async () => (await poisonOf(stack)).length === poisonQueues.length || undefined);
  });

  test('operators see and change everything, and retention removes what is over', async () => {
    const retention = fetch(`${stack.host.url}/admin/functions/retention`, {
      method: 'POST',
      headers: { 'x-functions-key': stack.host.keys.master, 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal((await retention).status, 202);
    await lineOf("Executed 'Functions.retention' (Succeeded");
    const mailbox = { ...ofContoso, mailbox: `post@${contoso.domain}` };
    const operations: Parameters<MailApiClient['ask']>[] = [
      ['listTenants'],
      ['readTenant', ofContoso],
      ['verifyTenant', ofContoso],
      ['setDelivery', ofContoso, { body: { delivery: 'standard' } }],
      ['listInvitations'],
      ['listPoison'],
      ['listMailJobs', {}, { query: ofContoso }],
      ['readMailbox', mailbox],
      ['holdMailbox', mailbox, { body: { reason: 'a test' } }],
      ['releaseMailbox', mailbox],
      ['readOverview'],
      ['createConsoleLink'],
      ['endConsoleSessions'],
      ['removeTenant', { tenant: fabrikam.id }],
    ];
    for (const one of operations) {
      const { status } = await client.ask(...one);
      assert.ok(status < 300, `${one[0]} ${status}`);
    }
  });

  test('the doctor finds nothing, and the next certificate is seen', async () => {
    assert.deepEqual([(await examine()).verdict], ['ok']);
    await addCertificateVersion(stack.cloud.state, { name: vendor.certificateName });
    const { proofs } = await anInstance().credentialReport();
    assert.equal(proofs.length, 2);
  });

  test('nothing at all was refused for want of a role', () => {
    assert.deepEqual(refusedForWantOfARole(), []);
  });
});

/** What a failure says of itself. */
interface Named {
  readonly code: unknown;
  readonly role: unknown;
  readonly on: unknown;
}

interface Failing {
  /** The function that it is a failure of. */
  readonly of: string;
  readonly ask: () => Promise<Named>;
}

const namedIn = ({ code, missingRole, missingOn }: Record<string, unknown>): Named => ({
  ...{ code, role: missingRole, on: missingOn },
});

const named = ({ code, remedy }: { code?: string | undefined; remedy?: string | undefined }): Named => {
  const [, role, on] = /the role (.+) to the managed identity, on (\w+ [\w-]+) /.exec(remedy ?? '') ?? [];
  return { code, role, on };
};

const doctor: Failing = { of: 'checkTenant', ask: async () => named((await examine()).cause ?? {}) };

const answered = (of: string, params: Record<string, string> = {}, asked: Asked = {}): Failing => ({
  of,
  ask: async () => namedIn((await client.ask(of, params, asked)).body),
});

const logged = (of: string, event: string, act: () => Promise<unknown> = () => Promise.resolve()): Failing => ({
  of,
  async ask() {
    const from = stack.lines.length;
    await act();
    const line = await waitFor(`${event} of ${of}`, () =>
      stack.lines.slice(from).find((one) => one.includes(`[${of}] {"event":"${event}"`)),
    );
    return namedIn(JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>);
  },
});

/** What was read from the vault before is good for ten minutes more. */
const start: Failing = {
  of: 'the start of an instance',
  async ask() {
    const { code, detail } = await failureOf(anInstance().checkStart());
    return namedIn({ code, ...detail });
  },
};

let jobs = 0;
const aSubmission = (): Asked => ({ body: mail(`without-${++jobs}`) });

/** Beside the doctor, who reads everything. */
const alsoFailing: Readonly<Record<string, Failing>> = {
  'the account': answered('storeMailContent', {}, { body: Buffer.from('x') }),
  'table tenants': answered('listTenants'),
  'table consents': answered('readTenant', ofContoso),
  'table invitations': answered('createInvitation', {}, { body: ofContoso }),
  'table mail': answered('submitMailJobs', {}, aSubmission()),
  'table tokens': logged('warmTokens', 'trigger.failed'),
  'table credentials': {
    of: 'credential',
    ask: async () =>
      namedIn(z.record(z.string(), z.unknown()).parse(await (await asked('credential', '/credential')).json())),
  },
  'queue mail-graph': answered('submitMailJobs', {}, aSubmission()),
};

function failingWithout({ role, ...one }: RoleAssignment): Failing[] {
  if (role === 'Key Vault Reader') return [start];
  if (role === 'Storage Queue Data Message Sender') {
    return [logged('sendGraph', 'job.end-untold', () => client.ask('submitMailJobs', {}, aSubmission()))];
  }
  return [doctor, alsoFailing[placeOf({ role, ...one })] ?? []].flat();
}

/** The vault and the account are named by what was asked for in them first. */
const firstAsked: Readonly<Record<string, string>> = {
  'Storage Blob Data Owner': 'container mail-content',
  'Key Vault Crypto User': `key ${vendor.wrappingKeyName}`,
  'Key Vault Reader': `certificate ${vendor.certificateName}`,
  'Key Vault Certificate User': 'certificate exportable',
  'Key Vault Secrets User': 'secret mail-secret',
};

const nameOf = (one: RoleAssignment): string => firstAsked[one.role] ?? placeOf(one);

const codeOf = ({ role }: RoleAssignment): string =>
  role.startsWith('Key Vault') ? 'VAULT_REFUSED' : 'STORAGE_UNAVAILABLE';

test('the role for telemetry alone is not tried here: Application Insights is not in the local cloud', () => {
  const others = roleAssignments.filter((one) => !isLocal(one));
  assert.deepEqual(
    others.map(({ role }) => role),
    ['Monitoring Metrics Publisher'],
  );
});

describe('without the role', () => {
  for (const one of assigned) {
    const failing = failingWithout(one);
    const on = nameOf(one);

    test(`${one.role} on ${placeOf(one)}, it is named by ${failing.map(({ of }) => of).join(' and ')}`, async (t) => {
      t.after(() => assignRoles(stack, assigned));
      await assignRoles(
        stack,
        assigned.filter((other) => other !== one),
      );
      for (const { of, ask } of failing) assert.deepEqual(await ask(), { code: codeOf(one), role: one.role, on }, of);
    });
  }

  test('on its queue, each function that a queue starts says so in the log of the host', async (t) => {
    t.after(() => assignRoles(stack, assigned));
    const from = stack.lines.length;
    await assignRoles(
      stack,
      assigned.filter(({ scopeKind }) => scopeKind !== 'queue'),
    );
    for (const [name, queue] of Object.entries({
      ...{ sendGraph: queues.mailGraph, sendGraphDue: queues.mailGraphDue },
      ...{ sendSmtp: queues.mailSmtp, sendSmtpDue: queues.mailSmtpDue },
      ...{ collectGraphPoison: queues.mailGraphPoison, collectGraphDuePoison: queues.mailGraphDuePoison },
      ...{ collectSmtpPoison: queues.mailSmtpPoison, collectSmtpDuePoison: queues.mailSmtpDuePoison },
    })) {
      const said = `[${name}] Queue ${queue} cannot be read (AuthorizationPermissionMismatch)`;
      await waitFor(said, () => stack.lines.slice(from).find((line) => line.includes(said)));
    }
  });
});

/** Vault roles depend on how the app proves itself; an instance is built for each way, and proves itself at once. */
const proofs: Readonly<
  Record<string, { parameters: ReadOptions['parameters']; settings: () => Promise<Record<string, string>> }>
> = {
  'the managed identity': {
    parameters: { credential: 'managed-identity' },
    settings: () => Promise.resolve({ TENANTPOST_CREDENTIAL: 'managed-identity', TENANTPOST_CERTIFICATE_NAME: '' }),
  },
  'a secret': {
    parameters: { credential: 'secret', clientSecretName: 'mail-secret' },
    settings: () => {
      setSecret(stack.cloud.state, { name: 'mail-secret', value: 'kept by the vault' });
      const name = { TENANTPOST_CLIENT_SECRET_NAME: 'mail-secret', TENANTPOST_CERTIFICATE_NAME: '' };
      return Promise.resolve({ TENANTPOST_CREDENTIAL: 'secret', ...name });
    },
  },
  'a certificate whose key it fetches': {
    parameters: { certificateSigning: 'local', certificateName: 'exportable' },
    settings: async () => {
      await addCertificateVersion(stack.cloud.state, { name: 'exportable', exportable: true });
      return { TENANTPOST_CERTIFICATE_NAME: 'exportable', TENANTPOST_CERTIFICATE_SIGNING: 'local' };
    },
  },
};

for (const [what, { parameters, settings }] of Object.entries(proofs)) {
  describe(`where ${what} proves the app`, () => {
    const roles = deploy({ eventsQueue, ...parameters }).roleAssignments.filter(isLocal);

    test('the roles of infra/ are enough, and all of those in the vault are needed', async (t) => {
      t.after(() => assignRoles(stack, assigned));
      const own = await settings();
      const before = refusedForWantOfARole().length;
      await assignRoles(stack, roles);
      await anInstance(own).checkStart();
      const { checks } = await anInstance(own).health.report();
      assert.deepEqual(
        checks.map(({ name, state }) => `${name} ${state}`),
        ['configuration ok', 'storage ok', 'vault ok', 'credential ok'],
      );
      assert.equal(refusedForWantOfARole().length, before);
      for (const one of roles.filter(({ role }) => role.startsWith('Key Vault'))) {
        await assignRoles(
          stack,
          roles.filter((other) => other !== one),
        );
        const report = await anInstance(own).health.report();
        const failed = report.checks.find(({ state }) => state === 'failed');
        assert.equal(failed?.code, 'VAULT_REFUSED', one.role);
        assert.match(failed.remedy ?? '', new RegExp(`the role Key Vault .* on ${nameOf(one)} `));
      }
    });
  });
}
