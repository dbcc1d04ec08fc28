import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../shared/clock.ts';
import { enter } from '../../../shared/mail/gate/gate-state.ts';
import { MailboxGate } from '../../../shared/mail/gate/mailbox-gate.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { memoryMailApi } from '../../support/mail-api.ts';

const mailbox = 'billing@contoso.example';
const params = { tenant: contoso, mailbox };

test('they ask for a key, GET to look and POST to change', () => {
  const { functions } = memoryMailApi();
  for (const [id, method, end] of [
    ['readMailbox', 'GET', ''],
    ['holdMailbox', 'POST', '/hold'],
    ['releaseMailbox', 'POST', '/release'],
  ] as const) {
    const { methods, authLevel, route } = functions[id] ?? {};
    assert.deepEqual([methods, authLevel, route], [[method], 'function', `mailboxes/{tenant}/{mailbox}${end}`]);
  }
});

describe('a mailbox', () => {
  test('from which nothing was sent has all of its limits free', async () => {
    const { status, body } = await memoryMailApi().ask('readMailbox', { params });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      ...params,
      underWay: { graph: { used: 0, limit: 4 }, smtp: { used: 0, limit: 3 } },
      messagesInMinute: { used: 0, limit: 30 },
      bytesIn5Minutes: { used: 0, limit: 150_000_000 },
      recipientsInDay: { used: 0, limit: 10_000 },
      waiting: 0,
      nextTurn: '2026-11-22T12:00:00.000Z',
    });
  });

  test('that sends shows what is under way and what is used up', async () => {
    const { ask, store, clock } = memoryMailApi();
    const limits = { messagesPerMinute: 30, bytesPer5Minutes: 150_000_000, recipientsPerDay: 10_000 };
    const concurrent = { graph: 4, smtp: 3 };
    await new MailboxGate(store, clock.now, () => Promise.resolve()).change(contoso, mailbox, (gate, now) => {
      const wanted = { transport: 'graph', bytes: 5000, recipients: 7, permitUntil: now + 3 * minutes } as const;
      return { gate: enter(gate, wanted, now, { ...limits, concurrent }).gate, changes: [], result: undefined };
    });
    const { body } = await ask('readMailbox', { params: { ...params, mailbox: 'Billing@Contoso.Example' } });
    assert.deepEqual(body['underWay'], { graph: { used: 1, limit: 4 }, smtp: { used: 0, limit: 3 } });
    assert.deepEqual(body['messagesInMinute'], { used: 1, limit: 30 });
    assert.deepEqual(body['recipientsInDay'], { used: 7, limit: 10_000 });
    assert.equal(body['mailbox'], mailbox);
  });

  test('with a slash or an umlaut in its address is found', async () => {
    const { ask } = memoryMailApi();
    const slash = await ask('readMailbox', { params: { ...params, mailbox: 'a%2Fb@contoso.example' } });
    assert.equal(slash.body['mailbox'], 'a/b@contoso.example');
    const umlaut = await ask('readMailbox', { params: { ...params, mailbox: 'post@bücher.example' } });
    assert.equal(umlaut.body['mailbox'], 'post@xn--bcher-kva.example');
  });

  for (const wrong of [
    { tenant: contoso, mailbox: 'billing' },
    { tenant: contoso, mailbox: '' },
    { tenant: contoso, mailbox: 'a@b@contoso.example' },
  ]) {
    test(`at an address that is none is 400: ${wrong.mailbox}`, async () => {
      for (const id of ['readMailbox', 'holdMailbox', 'releaseMailbox']) {
        const { status, body } = await memoryMailApi().ask(id, { params: wrong });
        assert.deepEqual([status, body['code'], body['field']], [400, 'REQUEST_INVALID', '/mailbox']);
      }
    });
  }

  test('of no tenant is 400', async () => {
    const { status, body } = await memoryMailApi().ask('holdMailbox', { params: { tenant: 'unreadable', mailbox } });
    assert.deepEqual([status, body['field']], [400, '/tenant']);
  });
});

describe('a hold', () => {
  test('without an end lasts until the release', async () => {
    const { ask, clock } = memoryMailApi();
    const held = await ask('holdMailbox', { params });
    assert.deepEqual([held.status, hold(held)['by'], hold(held)['until']], [200, 'operator', undefined]);
    clock.advance(60 * 24 * 60 * minutes);
    assert.equal(hold(await ask('readMailbox', { params }))['code'], 'MAILBOX_HELD');
    const released = await ask('releaseMailbox', { params });
    assert.deepEqual([released.status, released.body['hold']], [200, undefined]);
    assert.equal((await ask('readMailbox', { params })).body['hold'], undefined);
  });

  test('with an end and a reason says both, and ends by itself', async () => {
    const { ask, clock } = memoryMailApi();
    const body = { until: '2026-11-22T14:00:00+01:00', reason: 'INC-1234' };
    await ask('holdMailbox', { params, body });
    const held = hold(await ask('readMailbox', { params }));
    assert.deepEqual([held['until'], held['reason']], ['2026-11-22T13:00:00.000Z', 'INC-1234']);
    clock.advance(61 * minutes);
    assert.equal((await ask('readMailbox', { params })).body['hold'], undefined);
  });

  test('is of that mailbox of that tenant alone', async () => {
    const { ask } = memoryMailApi();
    await ask('holdMailbox', { params });
    for (const other of [
      { ...params, tenant: fabrikam },
      { ...params, mailbox: 'post@contoso.example' },
    ]) {
      assert.equal((await ask('readMailbox', { params: other })).body['hold'], undefined);
    }
  });

  test('that is released lets what comes next go at once, and not behind turns given for its end', async () => {
    const { ask, store, clock } = memoryMailApi();
    await ask('holdMailbox', { params, body: { until: '2026-11-22T13:00:00Z' } });
    const limits = { messagesPerMinute: 30, bytesPer5Minutes: 150_000_000, recipientsPerDay: 10_000 };
    await new MailboxGate(store, clock.now, () => Promise.resolve()).change(contoso, mailbox, (gate, now) => {
      const wanted = { transport: 'graph', bytes: 1, recipients: 1, permitUntil: now + 3 * minutes } as const;
      const entered = enter(gate, wanted, now, { ...limits, concurrent: { graph: 4, smtp: 3 } });
      assert.equal(entered.admission.kind, 'at');
      return { gate: entered.gate, changes: [], result: undefined };
    });
    const { body } = await ask('releaseMailbox', { params });
    assert.equal(body['nextTurn'], '2026-11-22T12:00:00.000Z');
  });

  for (const [body, field] of [
    [{ until: '2026-11-22T12:00:00Z' }, '/until'],
    [{ until: 'tomorrow' }, '/until'],
    [{ until: 1 }, '/until'],
    [{ reason: '' }, '/reason'],
    [{ reason: 'a\r\nb' }, '/reason'],
    [{ reason: 'x'.repeat(201) }, '/reason'],
    [{ untill: '2027-01-01T00:00:00Z' }, '/untill'],
  ] as const) {
    test(`that is asked for wrongly is 400: ${JSON.stringify(body).slice(0, 60)}`, async () => {
      const { ask, store } = memoryMailApi();
      const answer = await ask('holdMailbox', { params, body });
      assert.deepEqual([answer.status, answer.body['field'], store.commits], [400, field, []]);
    });
  }

  test('and its release name no mailbox in the log', async () => {
    const { ask } = memoryMailApi();
    const { lines } = await ask('holdMailbox', { params, body: { reason: 'INC-1234' } });
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines.join(), /billing|INC-1234/);
  });
});

function hold({ body }: { readonly body: Record<string, unknown> }): Record<string, unknown> {
  const value = body['hold'];
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}
