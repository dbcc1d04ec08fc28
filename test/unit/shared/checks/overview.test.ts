import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overviewAnswer } from '../../../../shared/checks/overview-answer.ts';
import type { Failure, MailboxGateState } from '../../../../shared/checks/overview-sources.ts';
import { Overview, type OverviewOptions } from '../../../../shared/checks/overview.ts';
import { hours, minutes, seconds } from '../../../../shared/clock.ts';
import { emptyGate, type GateState, hold } from '../../../../shared/mail/gate/gate-state.ts';
import { countSent } from '../../../../shared/mail/gate/sent-count.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { failing } from '../../../support/failing.ts';
import { anAsk, askTimes, limits } from '../../../support/gate.ts';
import { describedApi } from '../../../support/mail-api.ts';
import { MemoryMailFigures } from '../../../support/memory-console.ts';
import { MemoryTenantStore } from '../../../support/memory-tenant-store.ts';
import { aTenant } from '../../../support/tenant.ts';

const aFailure = (facts: Partial<Failure> = {}): Failure => ({
  ...{ tenantId: contoso, id: 'invoice-4711', transport: 'graph', at: noon - minutes, state: 'failed' },
  ...{ code: 'MAILBOX_NOT_FOUND', message: 'No such mailbox.', remedy: 'Check it.', owner: 'tenant admin' },
  ...facts,
});

const aGate = (gate: GateState, mailbox = 'post@contoso.example', tenantId = contoso): MailboxGateState => ({
  ...{ tenantId, mailbox, gate },
});

function anOverview(changes: Partial<OverviewOptions> = {}) {
  const clock = settableClock();
  const mail = new MemoryMailFigures();
  const tenants = new MemoryTenantStore();
  const overview = new Overview({
    tenants,
    queues: { read: () => Promise.resolve([]) },
    mail,
    credentials: () => Promise.reject(new Error('not asked')),
    limits,
    now: clock.now,
    ...changes,
  });
  const put = (gates: readonly MailboxGateState[], failures: readonly Failure[] = [], tenantId = contoso): void => {
    mail.tenants.set(tenantId, { gates, failures, complete: true });
  };
  return { overview, clock, mail, tenants, put };
}

test('an installation with nothing in it has figures all the same, as the HTTP API describes them', async () => {
  const answer = await anOverview().overview.read();
  describedApi.requireAnswer('readOverview', 200, 'application/json', JSON.parse(JSON.stringify(answer)));
  assert.deepEqual(overviewAnswer.parse(answer), answer);
  assert.deepEqual([answer.sent.fiveMinutes.length, answer.sent.hours.length, answer.complete], [12, 24, true]);
});

test('tenants are counted by state', async () => {
  const { overview, tenants } = anOverview();
  const states = ['active', 'active', 'degraded', 'invited'] as const;
  states.forEach((state, at) => tenants.rows.set(`${at}`, aTenant({ id: `${at}`, state })));
  assert.deepEqual((await overview.read()).tenants, {
    ...{ invited: 1, pending: 0, active: 2, degraded: 1, revoked: 0, removed: 0 },
  });
});

describe('what was sent', () => {
  const times = (at: number, count: number, from: GateState = emptyGate): GateState =>
    Array.from({ length: count }).reduce<GateState>((gate) => countSent(gate, at), from);

  test('is the sum over all mailboxes of all tenants, by five minutes and by hour', async () => {
    const { overview, put } = anOverview();
    put([aGate(times(noon - 7 * minutes, 3)), aGate(times(noon - 3 * hours, 5), 'other@contoso.example')]);
    put([aGate(times(noon - 1 * seconds, 4), 'a@fabrikam.example', fabrikam)], [], fabrikam);
    const { sent, tenantsWithMail } = await overview.read();
    assert.deepEqual([sent.lastHour, sent.lastDay, tenantsWithMail], [7, 12, 2]);
    assert.deepEqual(
      sent.hours.filter(({ count }) => count > 0),
      [
        { from: new Date(noon - 3 * hours).toISOString(), count: 5 },
        { from: new Date(noon - 1 * hours).toISOString(), count: 7 },
      ],
    );
    // The slice that has just begun, and the one before it.
    assert.equal(sent.perMinute, Math.round((4 / 5) * 10) / 10);
  });

  test('a day ago is no more in it', async () => {
    const { overview, put } = anOverview();
    put([aGate(times(noon - 24 * hours, 3))]);
    const { sent } = await overview.read();
    assert.deepEqual([sent.lastDay, sent.hours.every(({ count }) => count === 0)], [0, true]);
  });
});

describe('a mailbox is listed', () => {
  test('with who holds it, why and until when; before those that only have much to send', async () => {
    const { overview, put } = anOverview();
    const { gate: paced } = askTimes(emptyGate, 20, anAsk(), noon);
    const pause = { by: 'service', since: noon - minutes, until: noon + minutes, code: 'SEND_THROTTLED' } as const;
    const byHand = { by: 'operator', since: noon - hours, code: 'MAILBOX_HELD', reason: 'INC-1' } as const;
    put([
      aGate(paced, 'paced@contoso.example'),
      aGate(hold(emptyGate, byHand), 'held@contoso.example'),
      aGate(hold(emptyGate, pause), 'paused@contoso.example'),
      aGate(hold(emptyGate, { ...pause, until: noon - 1 }), 'over@contoso.example'),
      aGate(emptyGate, 'free@contoso.example'),
    ]);
    const { held, heldInAll } = await overview.read();
    assert.deepEqual(
      held.map(({ mailbox, because, code, reason, until }) => [mailbox, because, code, reason, until]),
      [
        ['held@contoso.example', 'operator', 'MAILBOX_HELD', 'INC-1', undefined],
        ['paused@contoso.example', 'service', 'SEND_THROTTLED', undefined, new Date(noon + minutes).toISOString()],
        ['paced@contoso.example', 'pace', 'MAILBOX_PACED', undefined, new Date(paced.lastTurn).toISOString()],
      ],
    );
    assert.deepEqual([heldInAll, held.at(-1)?.waiting], [3, paced.waiting]);
  });

  test('as out of its day’s recipients when turns are put off for that', async () => {
    const { overview, put } = anOverview();
    const { gate } = askTimes(emptyGate, 30, anAsk({ recipients: 500 }), noon);
    put([aGate(gate)]);
    const [only] = (await overview.read()).held;
    assert.deepEqual([only?.because, only?.code], ['quota', 'MAILBOX_QUOTA']);
  });

  test('at most a hundred times, with how many there are', async () => {
    const { overview, put } = anOverview();
    const held = hold(emptyGate, { by: 'operator', since: noon, code: 'MAILBOX_HELD' });
    put(Array.from({ length: 150 }, (_, at) => aGate(held, `m${at}@contoso.example`)));
    const { held: listed, heldInAll } = await overview.read();
    assert.deepEqual([listed.length, heldInAll], [100, 150]);
  });
});

describe('what did not leave', () => {
  test('is counted by cause and by how it ended, and the newest cause comes first', async () => {
    const { overview, put } = anOverview();
    put(
      [],
      [
        aFailure({ id: 'a', at: noon - 30 * hours }),
        aFailure({ id: 'b', at: noon - 2 * hours }),
        aFailure({ id: 'c', at: noon - minutes, code: 'SEND_UNCONFIRMED', state: 'unknown' }),
      ],
    );
    put([], [aFailure({ id: 'd', tenantId: fabrikam, at: noon - hours, state: 'refused' })], fabrikam);
    const { failures, poison, notSent } = await overview.read();
    const { lastDay, all } = notSent;
    assert.deepEqual(
      failures.map(({ code, count, lastDay: ofDay, tenants, newest }) => [code, count, ofDay, tenants, newest]),
      [
        ['SEND_UNCONFIRMED', 1, 1, 1, new Date(noon - minutes).toISOString()],
        ['MAILBOX_NOT_FOUND', 3, 2, 2, new Date(noon - hours).toISOString()],
      ],
    );
    assert.deepEqual(
      [poison, lastDay, all],
      [4, { refused: 1, failed: 1, unknown: 1 }, { refused: 1, failed: 2, unknown: 1 }],
    );
  });

  test('is listed by cause, the newest first', async () => {
    const { overview, put } = anOverview();
    put([], [aFailure({ id: 'old', at: 1 }), aFailure({ id: 'new' }), aFailure({ id: 'x', code: 'MAILBOX_FULL' })]);
    const { group, jobs, complete } = await overview.cause('MAILBOX_NOT_FOUND');
    assert.deepEqual([group?.count, jobs.map(({ id }) => id), complete], [2, ['new', 'old'], true]);
    assert.deepEqual((await overview.cause('MAILBOX_BLOCKED')).jobs, []);
  });
});

describe('the work is bounded', () => {
  const tenantIds = Array.from({ length: 60 }, () => crypto.randomUUID());

  for (const [what, most] of [
    ['so many tenants', { tenants: 20, rowsOfTenant: 10, rows: 1000, milliseconds: 1000 }],
    ['so many rows', { tenants: 1000, rowsOfTenant: 10, rows: 20, milliseconds: 1000 }],
  ] as const) {
    test(`to ${what}, and the answer says that it is not all`, async () => {
      const { overview, put, mail } = anOverview({ most });
      for (const id of tenantIds) put([], [aFailure({ tenantId: id })], id);
      const answer = await overview.read();
      assert.equal(answer.complete, false);
      // Each of the ranges that are read at a time may have one under way when the end is reached.
      assert.ok(mail.reads.length >= 20 && mail.reads.length < 20 + 8, `${mail.reads.length}`);
      assert.equal(answer.poison, mail.reads.length);
    });
  }

  test('in time', async () => {
    const most = { tenants: 1000, rowsOfTenant: 10, rows: 1000, milliseconds: 1000 };
    const { overview, put, mail, clock } = anOverview({ most });
    for (const id of tenantIds) put([], [], id);
    const read = mail.read.bind(mail);
    mail.read = (tenantId) => {
      clock.advance(100);
      return read(tenantId);
    };
    assert.equal((await overview.read()).complete, false);
    assert.ok(mail.reads.length < 20, `${mail.reads.length}`);
  });

  test('and every tenant is read once where there is room for all, that of unreadable messages as well', async () => {
    const { overview, put, mail } = anOverview();
    for (const id of [...tenantIds, 'unreadable']) put([], [], id);
    const answer = await overview.read();
    assert.deepEqual([answer.complete, answer.tenantsWithMail], [true, 61]);
    assert.deepEqual([...mail.reads].sort(), [...tenantIds, 'unreadable'].sort());
  });

  test('to one reading for all who look on within five seconds', async () => {
    const { overview, put, mail, clock } = anOverview();
    put([]);
    await Promise.all([overview.read(), overview.read(), overview.cause('MAILBOX_FULL')]);
    assert.equal(mail.reads.length, 1);
    clock.advance(5 * seconds);
    await overview.read();
    assert.equal(mail.reads.length, 2);
    overview.forget();
    await overview.read();
    assert.equal(mail.reads.length, 3);
  });
});

test('a part that cannot be read is told with code and remedy, and the others are there', async () => {
  const { overview, put } = anOverview({
    queues: { read: failing('STORAGE_UNAVAILABLE') },
    credentials: failing('VAULT_UNAVAILABLE'),
  });
  put([], [aFailure()]);
  const { problems, queues, poison } = await overview.read();
  assert.deepEqual(problems.map(({ part, code }) => `${part} ${code}`).sort(), [
    'credentials VAULT_UNAVAILABLE',
    'queues STORAGE_UNAVAILABLE',
  ]);
  assert.deepEqual([queues, poison], [[], 1]);
});
