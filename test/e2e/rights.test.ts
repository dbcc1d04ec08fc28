/**
 * The built app with exactly the roles that infra/ assigns to its identity. Everything that it does works with them, and
 * without any one of them what fails names that one, and where it is missing.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { addCertificateVersion } from '../../local/cloud/vault/add-certificate-version.ts';
import { setSecret } from '../../local/cloud/vault/set-secret.ts';
import { setUpSmtp } from '../../local/onboarding.ts';
import { waitFor } from '../../local/wait.ts';
import { queues } from '../../shared/names.ts';
import { assignRoles, isLocal, placeOf } from '../support/assigned-roles.ts';
import type { ReadOptions } from '../support/bicep/read-bicep.ts';
import type { RoleAssignment } from '../support/bicep/role-assignments.ts';
import { deploy } from '../support/infra.ts';
import type { MailApiClient } from '../support/mail-api-client.ts';
import { aJob, expectedWithout, failingWithout } from '../support/missing-rights.ts';
import { assigned, eventsQueue, RightsWorld, roleAssignments } from '../support/rights-world.ts';
import { bringIn, outcomeOf, poisonOf } from '../support/stack.ts';

const { contoso, fabrikam } = customers;
const ofContoso = { tenant: contoso.id };
let world: RightsWorld;

before(async () => {
  world = await RightsWorld.start();
});
after(async () => world.stack.stop());

describe('with the roles of infra/ and nothing else', () => {
  test('a tenant consents, and is warmed by the timer', async () => {
    await bringIn(world.stack, contoso);
    await bringIn(world.stack, fabrikam);
    await setUpSmtp(world.stack, contoso);
    await world.line("Executed 'Functions.warmTokens' (Succeeded");
  });

  test('mail leaves over Graph and SMTP, with content in a blob, at once and later', async () => {
    const { client, stack } = world;
    const { body } = await client.ask('storeMailContent', {}, { body: Buffer.from('kept apart') });
    const { blob, sha256, bytes } = body;
    const attachments = [{ name: 'a.txt', contentType: 'text/plain', content: { blob, sha256, bytes } }];
    await client.ask('submitMailJobs', {}, { body: aJob('by-graph', { attachments }) });
    const soon = new Date(Date.now() + 1000).toISOString();
    await client.ask('submitMailJobs', {}, { body: aJob('later', { notBefore: soon }) });
    await stack.storage.queue(queues.mailSmtp).sendMessage(JSON.stringify(aJob('by-smtp')));
    for (const id of ['by-graph', 'by-smtp', 'later']) await outcomeOf(stack, id, 'sent');
    const events = stack.storage.queue(eventsQueue);
    await waitFor('three events', async () => {
      return (await events.getProperties()).approximateMessagesCount === 3 || undefined;
    });
  });

  test('poison of all four queues is collected', async () => {
    const { storage } = world.stack;
    const poisonQueues = Object.values(queues).filter((name) => name.endsWith('-poison'));
    for (const name of poisonQueues) await storage.queue(name).sendMessage(`no mail job of ${name}`);
    await waitFor('all of it', async () => (await poisonOf(world.stack)).length === poisonQueues.length || undefined);
  });

  test('operators see and change everything, and retention removes what is over', async () => {
    const { client, stack } = world;
    const retention = fetch(`${stack.host.url}/admin/functions/retention`, {
      method: 'POST',
      headers: { 'x-functions-key': stack.host.keys.master, 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal((await retention).status, 202);
    await world.line("Executed 'Functions.retention' (Succeeded");
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
    assert.equal((await world.examine()).verdict, 'ok');
    await addCertificateVersion(world.stack.cloud.state, { name: vendor.certificateName });
    const { proofs } = await world.anInstance().credentialReport();
    assert.equal(proofs.length, 2);
  });

  test('nothing at all was refused for want of a role', () => {
    assert.deepEqual(world.refused(), []);
  });
});

test('the role for telemetry alone is not tried here: Application Insights is not in the local cloud', () => {
  const others = roleAssignments.filter((one) => !isLocal(one));
  assert.deepEqual(
    others.map(({ role }) => role),
    ['Monitoring Metrics Publisher'],
  );
});

const without = (one: RoleAssignment, all: readonly RoleAssignment[] = assigned): RoleAssignment[] =>
  all.filter((other) => other !== one);

describe('without the role', () => {
  for (const one of assigned) {
    const failing = failingWithout(one);
    const names = failing.map(({ of }) => of).join(' and ');

    test(`${one.role} on ${placeOf(one)}, it is named by ${names}`, async (t) => {
      t.after(() => assignRoles(world.stack, assigned));
      await assignRoles(world.stack, without(one));
      for (const { of, ask } of failing) assert.deepEqual(await ask(world), expectedWithout(one), of);
    });
  }

  test('on its queue, each function that a queue starts says so in the log of the host', async (t) => {
    t.after(() => assignRoles(world.stack, assigned));
    const from = world.stack.lines.length;
    const withoutQueues = assigned.filter(({ scopeKind }) => scopeKind !== 'queue');
    await assignRoles(world.stack, withoutQueues);
    for (const [name, queue] of Object.entries({
      ...{ sendGraph: queues.mailGraph, sendGraphDue: queues.mailGraphDue },
      ...{ sendSmtp: queues.mailSmtp, sendSmtpDue: queues.mailSmtpDue },
      ...{ collectGraphPoison: queues.mailGraphPoison, collectGraphDuePoison: queues.mailGraphDuePoison },
      ...{ collectSmtpPoison: queues.mailSmtpPoison, collectSmtpDuePoison: queues.mailSmtpDuePoison },
    })) {
      await world.line(`[${name}] Queue ${queue} cannot be read (AuthorizationPermissionMismatch)`, from);
    }
  });
});

interface Proof {
  readonly parameters: ReadOptions['parameters'];
  readonly settings: () => Promise<Record<string, string>>;
}

/** Vault roles depend on how the app proves itself. */
const proofs: Readonly<Record<string, Proof>> = {
  'the managed identity': {
    parameters: { credential: 'managed-identity' },
    settings: () => Promise.resolve({ TENANTPOST_CREDENTIAL: 'managed-identity', TENANTPOST_CERTIFICATE_NAME: '' }),
  },
  'a secret': {
    parameters: { credential: 'secret', clientSecretName: 'mail-secret' },
    settings: () => {
      setSecret(world.stack.cloud.state, { name: 'mail-secret', value: 'kept by the vault' });
      const name = { TENANTPOST_CLIENT_SECRET_NAME: 'mail-secret', TENANTPOST_CERTIFICATE_NAME: '' };
      return Promise.resolve({ TENANTPOST_CREDENTIAL: 'secret', ...name });
    },
  },
  'a certificate whose key it fetches': {
    parameters: { certificateSigning: 'local', certificateName: 'exportable' },
    settings: async () => {
      await addCertificateVersion(world.stack.cloud.state, { name: 'exportable', exportable: true });
      return { TENANTPOST_CERTIFICATE_NAME: 'exportable', TENANTPOST_CERTIFICATE_SIGNING: 'local' };
    },
  },
};

describe('the roles of infra/ are enough, and all of those in the vault are needed', () => {
  for (const [what, { parameters, settings }] of Object.entries(proofs)) {
    const roles = deploy({ eventsQueue, ...parameters }).roleAssignments.filter(isLocal);

    test(`where ${what} proves the app`, async (t) => {
      t.after(() => assignRoles(world.stack, assigned));
      const own = await settings();
      const before = world.refused().length;
      await assignRoles(world.stack, roles);
      await world.anInstance(own).checkStart();
      const { checks } = await world.anInstance(own).health.report();
      assert.deepEqual(
        checks.map(({ name, state }) => `${name} ${state}`),
        ['configuration ok', 'storage ok', 'vault ok', 'credential ok'],
      );
      assert.equal(world.refused().length, before);
      for (const one of roles.filter(({ role }) => role.startsWith('Key Vault'))) {
        await assignRoles(world.stack, without(one, roles));
        const report = await world.anInstance(own).health.report();
        const failed = report.checks.find(({ state }) => state === 'failed');
        assert.equal(failed?.code, 'VAULT_REFUSED', one.role);
        assert.match(
          failed.remedy ?? '',
          /the role Key Vault [\w ]+ to the managed identity, on (key|secret|certificate) /,
        );
      }
    });
  }
});
