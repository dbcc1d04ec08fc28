import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import { type ErrorCode, errorMeanings } from '../../../../shared/errors.ts';
import { fingerprint, type MailJob } from '../../../../shared/mail/mail-job.ts';
import { unreadableTenant } from '../../../../shared/mail/outcome.ts';
import { rawMessage } from '../../../../shared/mail/raw-message.ts';
import { SendMail } from '../../../../shared/mail/send-mail.ts';
import type { SendReceipt } from '../../../../shared/mail/transport.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import type { Token } from '../../../../shared/tokens/token.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aMailJob, aParsedMailJob } from '../../../support/mail-job.ts';
import { MemoryJobQueue } from '../../../support/memory-job-queue.ts';
import { MemoryOutcomeStore } from '../../../support/memory-outcome-store.ts';
import { MemoryTenantStore } from '../../../support/memory-tenant-store.ts';
import { anOutcome } from '../../../support/outcome.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';
import { aToken } from '../../../support/unsigned-token.ts';

function aMailRoom(...known: readonly Tenant[]) {
  const clock = settableClock();
  const tenants = new MemoryTenantStore(...(known.length > 0 ? known : [aTenant()]));
  const outcomes = new MemoryOutcomeStore();
  const queue = new MemoryJobQueue();
  const log = recordingLog();
  const sent: { job: MailJob; token: Token }[] = [];
  const dropped: string[] = [];
  const revoked: [string, ErrorCode][] = [];
  const tokens = {
    get: (tenantId: string): Promise<Token> => Promise.resolve(aToken({ tenantId })),
    drop: (tenantId: string): Promise<void> => {
      dropped.push(tenantId);
      return Promise.resolve();
    },
  };
  const transport = {
    answer: (): Promise<SendReceipt> => Promise.resolve({ requestId: 'request-1' }),
    send: (job: MailJob, token: Token): Promise<SendReceipt> => {
      sent.push({ job, token });
      return transport.answer();
    },
  };
  const proof = {
    revoke: (tenant: Tenant, because: { code: ErrorCode }): Promise<Tenant> => {
      revoked.push([tenant.id, because.code]);
      return Promise.resolve(tenant);
    },
  };
  const sendMail = new SendMail({ tenants, tokens, proof, outcomes, queue, transport, now: clock.now, log: log.log });
  /** The row of `aMailJob()`. */
  const row = () => outcomes.row(contoso, 'invoice-4711');
  return { clock, tenants, outcomes, queue, log, sent, dropped, revoked, tokens, transport, sendMail, row };
}

type MailRoom = ReturnType<typeof aMailRoom>;

/** The codes of the poison queue. */
const poison = ({ queue }: MailRoom): ErrorCode[] => queue.poisoned.map(({ reason }) => reason.code);

/** That a delay is the one wanted, or up to a fifth longer. */
function assertDelay(actual: number | undefined, wanted: number): void {
  assert.ok(actual !== undefined && actual >= wanted && actual <= wanted * 1.2, `${actual} for ${wanted}`);
}

describe('a mail job of an active tenant', () => {
  for (const [form, item] of Object.entries({
    'as the object that the host made of it': aMailJob(),
    'as JSON text': JSON.stringify(aMailJob()),
    'as base64': Buffer.from(JSON.stringify(aMailJob())).toString('base64'),
  })) {
    test(`${form} is sent once, and its row says so`, async () => {
      const room = aMailRoom();
      await room.sendMail.handle(item);
      assert.deepEqual(room.sent, [{ job: aParsedMailJob(), token: aToken() }]);
      assert.deepEqual(room.row(), anOutcome({ state: 'sent', requestId: 'request-1' }));
      assert.deepEqual([room.queue.returned, room.queue.poisoned], [[], []]);
      assert.deepEqual(room.log.lines, [
        {
          level: 'information',
          event: 'job.sent',
          detail: { tenantId: contoso, id: 'invoice-4711', requestId: 'request-1' },
        },
      ]);
    });
  }

  test('is claimed before it is sent, and only then', async () => {
    const room = aMailRoom();
    const { tokens, transport } = room;
    const seen: unknown[] = [];
    const get = tokens.get;
    tokens.get = (tenantId) => {
      seen.push(room.row());
      return get(tenantId);
    };
    transport.answer = () => {
      seen.push(room.row());
      return Promise.resolve({ requestId: undefined });
    };
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(seen, [undefined, anOutcome()]);
    assert.deepEqual(room.row(), anOutcome({ state: 'sent' }), 'a receipt without an id leaves none');
  });

  test('is sent with the token of its own tenant', async () => {
    const room = aMailRoom(aTenant(), aTenant({ id: fabrikam }));
    await room.sendMail.handle(aMailJob({ tenant: fabrikam }));
    assert.equal(room.sent[0]?.token.tenantId, fabrikam);
    assert.equal(room.outcomes.row(fabrikam, 'invoice-4711')?.state, 'sent');
    assert.equal(room.row(), undefined);
  });
});

describe('a second delivery', () => {
  test('of a job that was sent does nothing', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob());
    const [written, row] = [room.outcomes.written.length, room.row()];
    room.clock.advance(minutes);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.sent.length, 1);
    assert.deepEqual([room.queue.returned, room.queue.poisoned], [[], []]);
    assert.deepEqual([room.outcomes.written.length, room.row()], [written, row]);
    assert.deepEqual(room.log.events(), ['job.sent', 'job.ended-before']);
  });

  test('of a job whose outcome is unknown does nothing', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome({ state: 'unknown' }));
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.sent, room.queue.returned, room.queue.poisoned], [[], [], []]);
    assert.equal(room.row()?.state, 'unknown');
  });

  test('of a job that was sent does nothing either when the tenant is gone or waits meanwhile', async () => {
    for (const tenant of [aTenant({ state: 'revoked' }), aPendingTenant()]) {
      const room = aMailRoom(tenant);
      room.outcomes.put(anOutcome({ state: 'sent' }));
      await room.sendMail.handle(aMailJob());
      assert.deepEqual([room.sent, room.queue.returned, room.queue.poisoned], [[], [], []]);
      assert.equal(room.row()?.state, 'sent');
    }
  });

  test('at the same moment sends nothing: it is put back until the first must be done', async () => {
    const room = aMailRoom();
    await Promise.all(Array.from({ length: 5 }, () => room.sendMail.handle(aMailJob())));
    assert.equal(room.sent.length, 1);
    assert.deepEqual(
      room.queue.returned,
      Array.from({ length: 4 }, () => ({ text: JSON.stringify(aMailJob()), delayMilliseconds: 10 * minutes })),
    );
    assert.equal(room.row()?.state, 'sent');
  });
});

describe('a job that another worker has claimed', () => {
  test('is put back as it came until that worker must be gone', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome());
    room.clock.advance(4 * minutes);
    const text = Buffer.from(JSON.stringify(aMailJob())).toString('base64');
    await room.sendMail.handle(text);
    assert.deepEqual(room.queue.returned, [{ text, delayMilliseconds: 6 * minutes }]);
    assert.deepEqual([room.sent, room.queue.poisoned], [[], []]);
    assert.deepEqual(room.row(), anOutcome());
    assert.deepEqual(room.log.events(), ['job.claimed-elsewhere']);
  });

  test('is unknown once that worker is gone, and never sent again', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome());
    room.clock.advance(10 * minutes);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(
      room.row(),
      anOutcome({ state: 'unknown', code: 'SEND_UNCONFIRMED', updatedAt: room.clock.now() }),
    );
    assert.deepEqual(poison(room), ['SEND_UNCONFIRMED']);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.sent, room.queue.returned], [[], []]);
    assert.equal(room.queue.poisoned.length, 1);
  });

  test('is put back, and its row left alone, while its tenant waits or is gone', async () => {
    for (const tenant of [aPendingTenant(), aTenant({ state: 'revoked' })]) {
      const room = aMailRoom(tenant);
      room.outcomes.put(anOutcome());
      await room.sendMail.handle(aMailJob());
      assert.equal(room.queue.returned.length, 1);
      assert.deepEqual(room.queue.poisoned, []);
      assert.deepEqual(room.row(), anOutcome());
    }
  });
});

describe('an id that another job has', () => {
  for (const state of ['scheduled', 'sending', 'sent', 'unknown'] as const) {
    test(`that is ${state} is refused, and the first job stands`, async () => {
      for (const tenant of [aTenant(), aTenant({ state: 'revoked' }), aPendingTenant()]) {
        const room = aMailRoom(tenant);
        const first = anOutcome({ state, fingerprint: fingerprint(aParsedMailJob({ subject: 'Another' })) });
        room.outcomes.put(first);
        await room.sendMail.handle(aMailJob());
        assert.deepEqual(room.sent, []);
        assert.deepEqual(room.queue.returned, []);
        assert.deepEqual(poison(room), [tenant.state === 'revoked' ? 'TENANT_NOT_CONSENTED' : 'JOB_ID_REUSED']);
        assert.deepEqual(room.row(), first);
      }
    });
  }

  test('is the field that the poison entry names', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob());
    await room.sendMail.handle(aMailJob({ subject: 'Another' }));
    const { remedy, owner } = errorMeanings.JOB_ID_REUSED;
    assert.deepEqual(room.queue.poisoned, [
      {
        reason: {
          code: 'JOB_ID_REUSED',
          message: 'The id belongs to another mail job.',
          remedy,
          owner,
          field: '/id',
          expected: 'an id of its own',
          tenant: contoso,
          id: 'invoice-4711',
          at: new Date(noon).toISOString(),
        },
        text: JSON.stringify(aMailJob({ subject: 'Another' })),
      },
    ]);
    assert.equal(room.sent.length, 1);
    assert.equal(room.row()?.state, 'sent');
  });

  test('is free for another tenant', async () => {
    const room = aMailRoom(aTenant(), aTenant({ id: fabrikam }));
    await room.sendMail.handle(aMailJob());
    await room.sendMail.handle(aMailJob({ tenant: fabrikam }));
    assert.equal(room.sent.length, 2);
  });
});

describe('a message that is no mail job', () => {
  test('goes to poison with the field that is wrong, and has a row under its own tenant and id', async () => {
    const room = aMailRoom();
    const message = aMailJob({ to: ['anna@customer.example', 'nobody'] });
    await room.sendMail.handle(message);
    const [entry, ...more] = room.queue.poisoned;
    assert.deepEqual(more, []);
    assert.equal(entry?.text, JSON.stringify(message));
    assert.equal(entry.reason.code, 'JOB_INVALID');
    assert.equal(entry.reason.field, '/to/1');
    assert.deepEqual([entry.reason.tenant, entry.reason.id], [contoso, 'invoice-4711']);
    assert.deepEqual(room.row(), {
      tenantId: contoso,
      id: 'invoice-4711',
      state: 'refused',
      fingerprint: rawMessage(message).digest,
      tries: 0,
      createdAt: noon,
      updatedAt: noon,
      code: 'JOB_INVALID',
      field: '/to/1',
      expected: 'a mail address, or an object with address and name',
    });
    assert.deepEqual([room.sent, room.queue.returned], [[], []]);
  });

  for (const [what, item, code] of [
    ['junk', 'hello', 'JOB_NOT_JSON'],
    ['a number', 4711, 'JOB_NOT_JSON'],
    ['a list', [aMailJob()], 'JOB_NOT_JSON'],
    ['larger than 64 KiB', aMailJob({ text: 'x'.repeat(70_000) }), 'JOB_TOO_LARGE'],
    ['of a tenant that cannot be read', aMailJob({ tenant: 'contoso.com', id: 'a/b' }), 'JOB_INVALID'],
  ] as const) {
    test(`${what}: ${code}, under a name made of its text`, async () => {
      const room = aMailRoom();
      await room.sendMail.handle(item);
      const { text, digest } = rawMessage(item);
      assert.deepEqual(poison(room), [code]);
      assert.equal(room.queue.poisoned[0]?.text, text);
      const row = room.outcomes.row(unreadableTenant, `message-${digest}`);
      assert.equal(row?.state, 'refused');
      assert.equal(row.code, code);
      assert.deepEqual([room.sent, room.queue.returned], [[], []]);
    });
  }

  test('of an unknown version keeps the tenant and id that can be read', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob({ version: 2, tenant: contoso.toUpperCase() }));
    assert.equal(room.row()?.code, 'JOB_VERSION_UNKNOWN');
    assert.equal(room.row()?.field, '/version');
  });

  test('leaves the row of the job that has its id', async () => {
    for (const state of ['scheduled', 'sending', 'sent', 'unknown'] as const) {
      const room = aMailRoom();
      room.outcomes.put(anOutcome({ state }));
      await room.sendMail.handle(aMailJob({ subject: 7 }));
      assert.deepEqual(poison(room), ['JOB_INVALID']);
      assert.deepEqual(room.row(), anOutcome({ state }));
    }
  });

  test('lets its id be used by the corrected job', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob({ subject: 7 }));
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'sent');
  });
});

describe('a job of a tenant without consent', () => {
  for (const [what, tenant] of [
    ['that is unknown', aTenant({ id: fabrikam })],
    ['that is revoked', aTenant({ state: 'revoked' })],
  ] as const) {
    test(`${what} is refused without asking for a token`, async () => {
      const room = aMailRoom(tenant);
      room.tokens.get = () => assert.fail('asked for a token');
      await room.sendMail.handle(aMailJob());
      assert.deepEqual(poison(room), ['TENANT_NOT_CONSENTED']);
      assert.equal(room.row()?.state, 'refused');
      assert.equal(room.row()?.code, 'TENANT_NOT_CONSENTED');
      assert.equal(room.row()?.field, '/tenant');
      assert.deepEqual([room.sent, room.queue.returned], [[], []]);
    });
  }

  test('is sent when it is queued again after the tenant consented', async () => {
    const room = aMailRoom(aTenant({ state: 'revoked' }));
    await room.sendMail.handle(aMailJob());
    await room.tenants.save(aTenant());
    room.clock.advance(minutes);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.sent.length, 1);
    assert.deepEqual(room.row(), anOutcome({ state: 'sent', requestId: 'request-1', updatedAt: noon + minutes }));
  });

  test('waits while the consent has not taken effect, and is sent then', async () => {
    const room = aMailRoom(aPendingTenant());
    await room.sendMail.handle(aMailJob());
    const [returned] = room.queue.returned;
    assert.equal(returned?.text, JSON.stringify(aMailJob()));
    assertDelay(returned.delayMilliseconds, 15 * seconds);
    const notBefore = noon + returned.delayMilliseconds;
    assert.deepEqual(room.row(), anOutcome({ state: 'scheduled', code: 'TENANT_PENDING', notBefore }));
    assert.deepEqual([room.sent, room.queue.poisoned], [[], []]);

    await room.tenants.save(aTenant());
    await room.sendMail.handle(returned.text);
    assert.deepEqual(room.row(), anOutcome({ state: 'sent', tries: 2, requestId: 'request-1' }));
  });
});

describe('a job whose token cannot be had', () => {
  const again = [
    'ENTRA_UNAVAILABLE',
    'VAULT_UNAVAILABLE',
    'VAULT_REFUSED',
    'CREDENTIAL_REFUSED',
    'TOKEN_WRONG',
  ] as const;
  for (const code of again) {
    test(`waits on ${code}`, async () => {
      const room = aMailRoom();
      room.tokens.get = failing(code);
      await room.sendMail.handle(aMailJob());
      assert.equal(room.queue.returned.length, 1);
      assert.equal(room.row()?.state, 'scheduled');
      assert.equal(room.row()?.code, code);
      assert.deepEqual([room.sent, room.queue.poisoned, room.revoked], [[], [], []]);
    });
  }

  for (const code of ['APP_NOT_IN_TENANT', 'ROLE_MISSING', 'APP_BLOCKED', 'TENANT_NOT_FOUND'] as const) {
    test(`is refused on ${code}, and the tenant revoked`, async () => {
      const room = aMailRoom();
      room.tokens.get = failing(code);
      await room.sendMail.handle(aMailJob());
      assert.deepEqual(room.revoked, [[contoso, code]]);
      assert.deepEqual(poison(room), [code]);
      assert.equal(room.row()?.state, 'refused');
      assert.deepEqual([room.sent, room.queue.returned], [[], []]);
    });
  }

  test('is left to the queue on an error that nobody foresaw: nothing was claimed', async () => {
    const room = aMailRoom();
    const fault = new TypeError('a fault');
    room.tokens.get = () => Promise.reject(fault);
    await assert.rejects(room.sendMail.handle(aMailJob()));
    assert.equal(room.row(), undefined);
    assert.deepEqual([room.sent, room.queue.returned, room.queue.poisoned], [[], [], []]);
  });
});

describe('what Graph answers', () => {
  const codes: ErrorCode[] = [
    'SEND_THROTTLED',
    'SEND_TOKEN_REFUSED',
    'GRAPH_UNAVAILABLE',
    'MAILBOX_NOT_FOUND',
    'SEND_FORBIDDEN',
    'SEND_REJECTED',
    'MAILBOX_FULL',
    'JOB_TOO_LARGE',
    'SEND_UNCONFIRMED',
  ];
  const detail = { status: 418, graphCode: 'ErrorTeapot', requestId: 'request-2' };
  const graphs = { graphCode: 'ErrorTeapot', requestId: 'request-2' };

  for (const code of codes.filter((one) => errorMeanings[one].disposition === 'again')) {
    test(`${code} puts the job back, and its row waits`, async () => {
      const room = aMailRoom();
      room.transport.answer = failing(code, { detail });
      await room.sendMail.handle(aMailJob());
      const [returned, ...more] = room.queue.returned;
      assert.deepEqual([more, room.queue.poisoned], [[], []]);
      assert.equal(returned?.text, JSON.stringify(aMailJob()));
      const notBefore = noon + returned.delayMilliseconds;
      assert.deepEqual(room.row(), anOutcome({ ...graphs, state: 'scheduled', code, notBefore }));
      assert.deepEqual(room.dropped, code === 'SEND_TOKEN_REFUSED' ? [contoso] : []);
      assert.deepEqual(room.log.events(), ['job.put-back']);

      room.transport.answer = () => Promise.resolve({ requestId: 'request-3' });
      await room.sendMail.handle(returned.text);
      assert.deepEqual(room.row(), anOutcome({ state: 'sent', tries: 2, requestId: 'request-3' }));
    });
  }

  for (const code of codes.filter((one) => errorMeanings[one].disposition === 'never')) {
    test(`${code} ends the job as failed, and its id is free again`, async () => {
      const room = aMailRoom();
      room.transport.answer = failing(code, { detail });
      await room.sendMail.handle(aMailJob());
      assert.deepEqual(room.row(), anOutcome({ ...graphs, state: 'failed', code }));
      assert.deepEqual(poison(room), [code]);
      assert.equal(room.queue.poisoned[0]?.text, JSON.stringify(aMailJob()));
      assert.deepEqual([room.queue.returned, room.dropped, room.revoked], [[], [], []]);

      room.transport.answer = () => Promise.resolve({ requestId: 'request-3' });
      await room.sendMail.handle(aMailJob({ subject: 'Corrected' }));
      assert.equal(room.row()?.state, 'sent');
      assert.equal(room.sent.length, 2);
    });
  }

  test('SEND_UNCONFIRMED leaves the outcome unknown, and the job is never sent again', async () => {
    const room = aMailRoom();
    room.transport.answer = failing('SEND_UNCONFIRMED', { detail });
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(room.row(), anOutcome({ ...graphs, state: 'unknown', code: 'SEND_UNCONFIRMED' }));
    assert.deepEqual(poison(room), ['SEND_UNCONFIRMED']);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.sent.length, 1);
    assert.deepEqual(room.queue.returned, []);
    assert.equal(room.queue.poisoned.length, 1);
  });

  test('an error of the transport that nobody foresaw leaves the outcome unknown: it may have left', async () => {
    const room = aMailRoom();
    room.transport.answer = () => Promise.reject(new TypeError('to anna@customer.example'));
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'unknown');
    assert.deepEqual(poison(room), ['SEND_UNCONFIRMED']);
    assert.doesNotMatch(room.queue.poisoned[0]?.reason.message ?? '', /anna/);
  });

  test('a token that was refused is dropped, and the next try asks for another', async () => {
    const room = aMailRoom();
    const { tokens, dropped } = room;
    tokens.get = (tenantId) => Promise.resolve(aToken({ tenantId, value: dropped.length === 0 ? 'stale' : 'fresh' }));
    room.transport.answer = failing('SEND_TOKEN_REFUSED');
    await room.sendMail.handle(aMailJob());
    room.transport.answer = () => Promise.resolve({ requestId: undefined });
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(
      room.sent.map(({ token }) => token.value),
      ['stale', 'fresh'],
    );
  });

  test('a token that cannot be dropped does not leave a job in doubt that never left', async () => {
    const room = aMailRoom();
    room.transport.answer = failing('SEND_TOKEN_REFUSED');
    room.tokens.drop = failing('STORAGE_UNAVAILABLE');
    await Promise.allSettled([room.sendMail.handle(aMailJob())]);
    assert.equal(room.row()?.state, 'scheduled');
  });
});

describe('the delay before the next try', () => {
  async function delayAfter(tries: number, retryAfterSeconds?: number): Promise<number | undefined> {
    const room = aMailRoom();
    if (tries > 1) room.outcomes.put(anOutcome({ state: 'scheduled', tries: tries - 1 }));
    room.transport.answer = failing('SEND_THROTTLED', retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.tries, tries);
    return room.queue.returned[0]?.delayMilliseconds;
  }

  test('is what the service asked for, however often it was tried', async () => {
    for (const tries of [1, 2, 30]) {
      assertDelay(await delayAfter(tries, 120), 120 * seconds);
      assertDelay(await delayAfter(tries, 3600), 3600 * seconds);
      assertDelay(await delayAfter(tries, 1), 1 * seconds);
    }
  });

  test('else doubles from 15 seconds to 15 minutes, and stays there', async () => {
    const wanted = [15, 30, 60, 120, 240, 480, 900, 900, 900];
    for (const [at, secondsWanted] of wanted.entries()) {
      assertDelay(await delayAfter(at + 1), secondsWanted * seconds);
    }
    for (const tries of [50, 1100, 100_000]) assertDelay(await delayAfter(tries), 15 * minutes);
  });

  test('is backed off where the service asks for none at all', async () => {
    assertDelay(await delayAfter(1, 0), 15 * seconds);
  });

  test('grows too for a job that waits for its tenant', async () => {
    const room = aMailRoom(aPendingTenant());
    for (const wanted of [15, 30, 60, 120]) {
      await room.sendMail.handle(aMailJob());
      assertDelay(room.queue.returned.at(-1)?.delayMilliseconds, wanted * seconds);
    }
    assert.equal(room.row()?.tries, 4);
  });

  test('is not the same for all, so that a herd spreads out', async () => {
    const delays = await Promise.all(Array.from({ length: 20 }, () => delayAfter(1)));
    assert.ok(new Set(delays).size > 1);
  });
});

describe('when storage fails', () => {
  test('after the mail has left, it throws: the mail is neither put back nor sent again, then or ever', async () => {
    const room = aMailRoom();
    const { outcomes, clock } = room;
    const replace = outcomes.replace.bind(outcomes);
    outcomes.replace = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.equal(room.sent.length, 1);
    assert.deepEqual([room.queue.returned, room.queue.poisoned], [[], []]);

    // The queue delivers it again, host.json says after 30 seconds; the table is back.
    outcomes.replace = replace;
    clock.advance(30 * seconds);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(
      room.queue.returned.map(({ delayMilliseconds }) => delayMilliseconds),
      [9.5 * minutes],
    );
    clock.advance(9.5 * minutes);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'unknown');
    await room.sendMail.handle(aMailJob());
    assert.equal(room.sent.length, 1);
  });

  test('after the mail has left, the log still has what Graph called it', async () => {
    const room = aMailRoom();
    room.outcomes.replace = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.match(JSON.stringify(room.log.lines), /request-1/);
  });

  test('before the claim, nothing is sent and the queue keeps the message', async () => {
    for (const method of ['insert', 'read', 'replace'] as const) {
      const room = aMailRoom();
      room.outcomes.put(anOutcome({ state: 'scheduled' }));
      room.outcomes[method] = failing('STORAGE_UNAVAILABLE');
      await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual([room.sent, room.queue.returned, room.queue.poisoned], [[], [], []]);
    }
  });

  test('on the tenants, the job waits', async () => {
    const room = aMailRoom();
    room.tenants.find = failing('STORAGE_UNAVAILABLE');
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.code, 'STORAGE_UNAVAILABLE');
    assert.equal(room.queue.returned.length, 1);
    assert.deepEqual(room.sent, []);
  });

  test('on the put-back, it throws, and the row does not say that the job is being sent', async () => {
    const room = aMailRoom();
    room.queue.putBack = failing('STORAGE_UNAVAILABLE');
    room.transport.answer = failing('SEND_THROTTLED');
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.equal(room.row()?.state, 'scheduled');
  });
});

describe('a job that goes to poison', () => {
  const ways: Record<string, (room: MailRoom) => unknown> = {
    'because it is no mail job': () => aMailJob({ subject: 7 }),
    'because its tenant is gone': ({ tenants }) => {
      tenants.rows.clear();
      return aMailJob();
    },
    'because Graph refused it': ({ transport }) => {
      transport.answer = failing('SEND_FORBIDDEN');
      return aMailJob();
    },
    'because its answer was lost': ({ transport }) => {
      transport.answer = failing('SEND_UNCONFIRMED');
      return aMailJob();
    },
  };

  for (const [why, prepare] of Object.entries(ways)) {
    test(`${why} lies there before its row is final`, async () => {
      const room = aMailRoom();
      const item = prepare(room);
      const { outcomes, queue } = room;
      let stateThen: string | undefined;
      queue.poison = (entry) => {
        stateThen = room.row()?.state ?? 'no row';
        queue.poisoned.push(entry);
        return Promise.resolve();
      };
      await room.sendMail.handle(item);
      assert.ok(stateThen === 'sending' || stateThen === 'no row', stateThen);
      assert.match(outcomes.written.at(-1)?.state ?? '', /^(refused|failed|unknown)$/);
    });

    test(`${why} is not final when it cannot be put there`, async () => {
      const room = aMailRoom();
      const item = prepare(room);
      room.queue.poison = failing('STORAGE_UNAVAILABLE');
      await assert.rejects(room.sendMail.handle(item), withCode('STORAGE_UNAVAILABLE'));
      assert.match(room.row()?.state ?? 'no row', /^(sending|no row)$/);
    });
  }
});

describe('rows, log and reasons', () => {
  test('never hold a recipient, a subject, content or a token, whatever happens', async () => {
    const item = aMailJob({
      from: 'secret-from@contoso.example',
      to: [{ address: 'secret-to@customer.example', name: 'Secret To' }],
      cc: ['secret-cc@customer.example'],
      bcc: ['secret-bcc@customer.example'],
      replyTo: ['secret-reply@customer.example'],
      subject: 'Secret subject',
      text: undefined,
      html: '<p>Secret html</p>',
      attachments: [{ name: 'secret.txt', contentType: 'text/secret', content: 'c2VjcmV0', contentId: 'secret' }],
    });
    const items = [
      item,
      { ...item, version: 9 },
      { ...item, subject: 'Secret\nsubject' },
      { ...item, Secret: 'secret' },
    ];
    const codes = Object.keys(errorMeanings) as ErrorCode[];
    const answers = [
      () => Promise.resolve({ requestId: 'request-1' }),
      () => Promise.reject(new TypeError('Secret')),
      ...codes.map((code) => failing(code, { cause: new Error('Secret') })),
    ];
    for (const tenant of [aTenant(), aPendingTenant(), aTenant({ state: 'revoked' })]) {
      for (const [at, answer] of answers.entries()) {
        const room = aMailRoom(tenant);
        room.tokens.get = (tenantId) =>
          at % 2 === 0
            ? Promise.resolve(aToken({ tenantId, value: 'secret-token' }))
            : failing(codes[at] ?? 'UNEXPECTED')();
        room.transport.answer = answer;
        for (const one of items) await Promise.allSettled([room.sendMail.handle(one)]);
        const reasons = room.queue.poisoned.map(({ reason }) => reason);
        const kept = JSON.stringify([room.outcomes.written, room.log.lines, reasons]);
        // The name of an unknown field is the one thing of the producer's that is shown: without it nobody could find it.
        assert.doesNotMatch(kept.replaceAll('/Secret', ''), /secret|c2VjcmV0/i);
      }
    }
  });
});

test('a row that changed meanwhile is not overwritten', async () => {
  const room = aMailRoom();
  room.transport.answer = () => {
    room.outcomes.put(anOutcome({ state: 'unknown', code: 'SEND_UNCONFIRMED' }));
    return Promise.resolve({ requestId: 'request-1' });
  };
  await room.sendMail.handle(aMailJob());
  assert.equal(room.row()?.state, 'unknown');
  assert.ok(room.log.events().includes('job.row-changed-meanwhile'));
});

test('two deliveries that wait at once leave one row', async () => {
  const room = aMailRoom(aPendingTenant());
  await Promise.all([room.sendMail.handle(aMailJob()), room.sendMail.handle(aMailJob())]);
  assert.equal(room.outcomes.written.length, 1);
  assert.equal(room.queue.returned.length, 2);
});

test('a job that failed and is queued again counts its tries', async () => {
  const room = aMailRoom();
  room.transport.answer = failing('SEND_FORBIDDEN');
  await room.sendMail.handle(aMailJob());
  await room.sendMail.handle(aMailJob());
  assert.equal(room.row()?.tries, 2);
  assert.equal(room.row()?.state, 'failed');
});
