/** The doctor of the built bundle: one fault after the other, each in a fresh tenant, and the cause that he names first. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Host } from '../../local/host/start-host.ts';
import type { CheckReport } from '../../shared/checks/finding.ts';
import { exchangeFaults } from '../support/doctor-faults/exchange.ts';
import { installationFaults, unregisteredCertificate } from '../support/doctor-faults/installation.ts';
import { mailboxFaults } from '../support/doctor-faults/mailbox.ts';
import { pairedFaults } from '../support/doctor-faults/pairs.ts';
import { askedOf, type SeededFault } from '../support/doctor-faults/seeds.ts';
import {
  type AskedFault,
  entraUntrusted,
  graphUnresolved,
  mailServersWrong,
  singleTenantGraphOnly,
} from '../support/doctor-faults/settings.ts';
import { tenantFaults } from '../support/doctor-faults/tenant.ts';
import { DoctorWorld, findingOf, skippedIn, type TestTenant } from '../support/doctor-world.ts';
import { aMailJob } from '../support/mail-job.ts';
import { outcomeOf, queueMail } from '../support/stack.ts';

let world: DoctorWorld;
/** What was seeded, and what he said of it. */
const table: string[] = [];

before(async () => {
  world = await DoctorWorld.start();
});
after(async () => world.stop());

describe('where nothing is wrong', () => {
  test('every check that was asked for is right, within its time, and nothing is changed or sent', async () => {
    const tenant = await world.tenant();
    const before = structuredClone(world.state.messages);
    const report = await world.examine(tenant.id, { mailbox: tenant.post });
    assert.deepEqual([report.verdict, report.cause], ['ok', null], JSON.stringify(report.findings));
    assert.deepEqual(skippedIn(report), ['mailbox-scope', 'real-message']);
    assert.deepEqual([report.tenant, report.mailbox], [tenant.id, tenant.post]);
    assert.deepEqual(world.state.messages, before);
  });

  test('a domain stands for its tenant, which alone is looked at where no mailbox is named', async () => {
    const tenant = await world.tenant();
    const report = await world.examine(tenant.id);
    assert.equal(report.verdict, 'ok');
    assert.ok(skippedIn(report).includes('graph-send'));
    const byDomain = await world.examine(tenant.domain.toUpperCase());
    assert.deepEqual([byDomain.tenant, byDomain.verdict], [tenant.id, 'ok']);
  });

  test('a real message leaves, to the address that was given and nobody else', async () => {
    const tenant = await world.tenant();
    const report = await world.examine(tenant.id, { mailbox: tenant.post, sendTo: 'ada@customer.example' });
    assert.equal(report.verdict, 'ok', JSON.stringify(report.cause));
    const sent = world.state.messages.filter(({ from }) => from.address === tenant.post);
    assert.deepEqual(sent.map(({ mailbox }) => mailbox).sort(), ['ada@customer.example', tenant.post]);
  });

  test('a tenant that is scoped to the mailbox needs no role in its token', async () => {
    const tenant = await world.tenant();
    tenant.app.grantedAppRoles = [];
    world.state.roleAssignments.push({
      ...{ tenantId: tenant.id, name: 'Mailer', app: tenant.app.objectId, role: 'Application Mail.Send' },
    });
    await world.record({ id: tenant.id, state: 'active', since: Date.now(), rights: ['Mail.Send'], scoped: true });
    const report = await world.examine(tenant.id, { mailbox: tenant.post });
    assert.equal(report.verdict, 'ok', JSON.stringify(report.cause));
    assert.equal(findingOf(report, 'mailbox-scope').state, 'ok');
  });
});

for (const [about, faults] of [
  ['the installation', installationFaults],
  ['the tenant', tenantFaults],
  ['the mailbox', mailboxFaults],
  ['Exchange', exchangeFaults],
  ['two at once', pairedFaults],
] as const) {
  describe(`a fault: ${about}`, () => {
    for (const fault of faults)
      test(`${fault.name}: the cause is ${fault.code}, found by ${fault.check}`, () => find(fault));
  });
}

describe('a fault: the settings', () => {
  for (const [about, wrong] of [
    ['Graph by a wrong name', graphUnresolved],
    ['Entra behind a proxy', entraUntrusted],
    ['wrong mail servers, then an expired secret', mailServersWrong],
    ['single-tenant and Graph only, then a wrong secret', singleTenantGraphOnly],
  ] as const) {
    test(about, async () => {
      const home = await world.tenant();
      const { settings, faults, stop } = await wrong(world, home);
      let host: Host | undefined;
      try {
        host = await world.host(settings);
        for (const fault of faults) await findBy(host, fault, home);
      } finally {
        await host?.stop();
        stop();
      }
    });
  }
});

describe('mail that did not leave', () => {
  test('because the mailbox is full is the cause until mail leaves again', async () => {
    const tenant = await world.tenant();
    const { stack } = world;
    await queueMail(stack, mailOf(tenant, 'before'));
    await outcomeOf(stack, `before-${tenant.id}`, 'sent');
    world.mailbox(tenant.post).exchange = { prohibitSendQuota: 0 };
    await queueMail(stack, mailOf(tenant, 'full'));
    await outcomeOf(stack, `full-${tenant.id}`, 'failed');
    const report = await world.examine(tenant.id, { mailbox: tenant.post });
    note('the mailbox is full', report);
    assert.deepEqual([report.cause?.check, report.cause?.code], ['recent-failures', 'MAILBOX_FULL']);
    assert.equal(report.cause?.owner, 'tenant admin');
    const sent = await world.examine(tenant.id, { mailbox: tenant.post, sendTo: 'ada@customer.example' });
    assert.deepEqual([sent.cause?.check, sent.cause?.code], ['real-message', 'MAILBOX_FULL']);
    world.mailbox(tenant.post).exchange = {};
    await queueMail(stack, mailOf(tenant, 'after'));
    await outcomeOf(stack, `after-${tenant.id}`, 'sent');
    assert.equal((await world.examine(tenant.id, { mailbox: tenant.post })).verdict, 'ok');
  });

  test('because its recipients of the day are used up shows in the gate', async () => {
    const tenant = await world.tenant();
    const { recipients } = world.state.limits.sending;
    const most = recipients.most;
    recipients.most = 0;
    try {
      await queueMail(world.stack, mailOf(tenant, 'quota'));
      await outcomeOf(world.stack, `quota-${tenant.id}`, 'scheduled');
    } finally {
      recipients.most = most;
    }
    const report = await world.examine(tenant.id, { mailbox: tenant.post });
    note('the gate waits for a new day', report);
    assert.deepEqual([report.cause?.check, report.cause?.code], ['sending-limits', 'MAILBOX_QUOTA']);
  });
});

describe('a finding', () => {
  test('says since when it has been wrong, until it was right in between', async () => {
    const tenant = await world.tenant();
    const ask = async (): Promise<string | undefined> =>
      (await world.examine(tenant.id, { mailbox: tenant.post })).cause?.since;
    tenant.app.accountEnabled = false;
    const first = await ask();
    assert.ok(first !== undefined && Math.abs(Date.parse(first) - Date.now()) < 60_000);
    assert.equal(await ask(), first);
    tenant.app.accountEnabled = true;
    assert.equal(await ask(), undefined);
    tenant.app.accountEnabled = false;
    const anew = await ask();
    assert.ok(anew !== undefined && anew > first);
  });

  test('of a mailbox that an operator holds names him, since when and why', async () => {
    const tenant = await world.tenant();
    const { url, keys } = world.stack.host;
    const held = await fetch(`${url}/api/mailboxes/${tenant.id}/${tenant.post}/hold`, {
      method: 'POST',
      headers: { 'x-functions-key': keys.functions['holdMailbox'] ?? '' },
      body: JSON.stringify({ reason: 'INC-1' }),
    });
    assert.equal(held.status, 200);
    const report = await world.examine(tenant.id, { mailbox: tenant.post, sendTo: 'ada@customer.example' });
    note('an operator holds the mailbox', report);
    assert.deepEqual([report.cause?.check, report.cause?.code], ['sending-limits', 'MAILBOX_HELD']);
    assert.match(report.cause?.meaning ?? '', /INC-1/);
    assert.equal(findingOf(report, 'real-message').state, 'skipped');
    assert.deepEqual(
      world.state.messages.filter(({ from }) => from.address === tenant.post),
      [],
    );
  });
});

describe('bad input', () => {
  for (const [tenant, body, field] of [
    ['not a tenant', {}, '/tenant'],
    ['contoso', {}, '/tenant'],
    ['contoso.example', { mailbox: 'nobody' }, '/mailbox'],
    ['contoso.example', { mailbox: 'post@contoso.example\r\nRCPT TO:<x@y.example>' }, '/mailbox'],
    ['contoso.example', { sendTo: 'ada@customer.example' }, '/mailbox'],
    ['contoso.example', { mailboxes: [] }, '/mailboxes'],
  ] as const) {
    test(`is refused by its field: ${JSON.stringify([tenant, body])}`, async () => {
      const response = await world.ask(tenant, body);
      const answer = (await response.json()) as Record<string, unknown>;
      assert.deepEqual([response.status, answer['code'], answer['field']], [400, 'REQUEST_INVALID', field]);
    });
  }
});

describe('a fault: last, as Entra is not asked again for half a minute', () => {
  test(`${unregisteredCertificate.name}: the cause is CREDENTIAL_REFUSED`, () => find(unregisteredCertificate));
});

test('no report, log line or row holds a token, a secret or a recipient', async () => {
  const said = [...table, ...world.stack.lines].join('\n');
  assert.doesNotMatch(said, /eyJ[\w-]{20,}|customer\.example/);
});

test('the table of faults and causes', (context) => {
  assert.ok(table.length >= 60, `${table.length} faults`);
  for (const line of table) context.diagnostic(line);
});

const mailOf = (tenant: TestTenant, about: string) =>
  aMailJob({ id: `${about}-${tenant.id}`, tenant: tenant.id, from: tenant.post, to: ['ada@customer.example'] });

async function find(fault: SeededFault): Promise<void> {
  const tenant = await world.tenant();
  const undo = await fault.seed(world, tenant);
  try {
    const report = await world.examine(fault.tenant?.(tenant) ?? tenant.id, askedOf(fault, tenant));
    note(fault.name, report);
    requireCause(fault, report);
  } finally {
    undo?.();
  }
}

async function findBy(host: Host, { recorded, then, ...fault }: AskedFault, home: TestTenant): Promise<void> {
  await then?.();
  const tenant = fault.tenant === undefined ? await world.tenant(recorded) : home;
  const report = await world.examine(tenant.id, askedOf(fault, tenant), host);
  note(fault.name, report);
  requireCause(fault, report);
}

function requireCause(fault: Omit<SeededFault, 'seed'>, report: CheckReport): void {
  const { cause, verdict } = report;
  const said = JSON.stringify(report, undefined, 1);
  assert.deepEqual([cause?.check, cause?.code, cause?.owner], [fault.check, fault.code, fault.owner], said);
  assert.equal(verdict, fault.verdict ?? 'failed', said);
  assert.ok(cause?.remedy && cause.meaning && cause.tried, said);
  assert.match(cause.answered ?? '', fault.answered ?? /^/);
  assert.match(cause.meaning, fault.meaning ?? /^/);
  assert.match(cause.remedy, fault.remedy ?? /^/);
  // What comes after it is left alone, or is wrong by itself.
  if (fault.also !== undefined) assert.equal(findingOf(report, fault.also[0]).code, fault.also[1], said);
  assert.equal(cause.since === undefined, fault.withoutSince ?? false, said);
  assert.ok(!said.includes('customer.example'), said);
}

function note(name: string, { cause }: CheckReport): void {
  table.push([name, cause?.check, cause?.code, cause?.answered, cause?.owner].join(' | '));
}
