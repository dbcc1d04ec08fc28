/** SendMail while storage fails, and the order in which it writes because storage may. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../../shared/clock.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { failing, withCode } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, type MailRoom } from '../../../../support/mail-room.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPendingTenant, aTenant } from '../../../../support/tenant.ts';

describe('storage that fails before the send', () => {
  const storageFails = failing('STORAGE_UNAVAILABLE', { detail: { status: 503 } });
  const gone = (): MailRoom => aMailRoom(aTenant({ state: 'revoked' }));
  interface Way {
    readonly room?: () => MailRoom;
    /** Whether it is the first time that the job is seen: else its row waits already. */
    readonly isFirst?: boolean;
    readonly fails: (room: MailRoom) => unknown;
    readonly item?: unknown;
  }
  const ways: Record<string, Way> = {
    'on the look-up of the tenant': { fails: ({ tenants }) => (tenants.find = storageFails) },
    'on the insert of the claim': { isFirst: true, fails: ({ outcomes }) => (outcomes.commit = storageFails) },
    "on the look-up of the mailbox's gate": { fails: ({ outcomes }) => (outcomes.readGate = storageFails) },
    'on the look-up of the row': { fails: ({ outcomes }) => (outcomes.read = storageFails) },
    'on the claim of a job that waited': { fails: ({ outcomes }) => (outcomes.commit = storageFails) },
    'on the look-up of content': {
      item: aMailJob({ text: { blob: 'jobs/text', sha256: '0'.repeat(64), bytes: 1 } }),
      fails: ({ content }) => (content.open = storageFails),
    },
    'on the first row of a job that is to wait': {
      room: () => aMailRoom(aPendingTenant()),
      isFirst: true,
      fails: ({ outcomes }) => (outcomes.commit = storageFails),
    },
    'on the row of a job that is to wait again': {
      room: () => aMailRoom(aPendingTenant()),
      fails: ({ outcomes }) => (outcomes.commit = storageFails),
    },
    'on the look-up for a refusal': { room: gone, fails: ({ outcomes }) => (outcomes.read = storageFails) },
    'on the row of a refusal': { room: gone, fails: ({ outcomes }) => (outcomes.commit = storageFails) },
    'on the refusal of what is no mail job': {
      fails: ({ outcomes }) => (outcomes.commit = storageFails),
      item: 'junk',
    },
    'on the stopping of the tenant': {
      fails: ({ tokens, proof }) => {
        tokens.get = failing('ROLE_MISSING');
        proof.stop = storageFails;
      },
    },
  };

  for (const [where, { room: make = aMailRoom, isFirst, fails, item = aMailJob() }] of Object.entries(ways)) {
    test(`${where} puts the job back for a minute, and no row of it changes`, async () => {
      const room = make();
      if (isFirst !== true) room.outcomes.put(anOutcome({ state: 'scheduled' }));
      const before = [...room.outcomes.written];
      fails(room);
      await room.sendMail.handle(item);
      const text = typeof item === 'string' ? item : JSON.stringify(item);
      assert.deepEqual(room.queue.returned, [{ text, delayMilliseconds: 1 * minutes }]);
      assert.deepEqual([room.sent, room.outcomes.written], [[], before]);
      const { level, event, detail } = room.log.lines.at(-1) ?? {};
      assert.deepEqual([level, event, detail?.['code']], ['warning', 'job.put-back', 'STORAGE_UNAVAILABLE']);
      assert.deepEqual([detail?.['seconds'], detail?.['status']], [60, 503]);
    });
  }

  test('on the word about a worker that died leaves the row as it was, and says it when storage is back', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome());
    room.clock.advance(10 * minutes);
    const commit = room.outcomes.commit.bind(room.outcomes);
    let commits = 0;
    // The row is taken over, and what is found cannot be written.
    room.outcomes.commit = (tenantId, changes) => {
      commits += 1;
      return commits > 2 ? storageFails() : commit(tenantId, changes);
    };
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.deepEqual([room.row()?.state, room.outcomes.poisoned], ['sending', []]);

    room.outcomes.commit = commit;
    room.clock.advance(10 * minutes);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'unknown');
    assert.deepEqual([room.sent, room.outcomes.poisoned.length], [[], 1]);
  });

  test('costs no try, however long it lasts, and the job is sent when it is over', async () => {
    const room = aMailRoom();
    const { outcomes, queue, clock } = room;
    const commit = outcomes.commit.bind(outcomes);
    outcomes.commit = storageFails;
    for (let minute = 0; minute < 120; minute += 1) {
      await room.sendMail.handle(queue.returned.at(-1)?.text ?? aMailJob());
      clock.advance(1 * minutes);
    }
    assert.equal(queue.returned.length, 120);

    outcomes.commit = commit;
    await room.sendMail.handle(queue.returned.at(-1)?.text);
    assert.deepEqual([room.row()?.state, room.row()?.tries, room.sent.length, outcomes.poisoned], ['sent', 1, 1, []]);
    assert.equal(room.sent[0]?.token.tenantId, contoso);
  });

  test('on the put-back as well throws, so that the queue keeps the message', async () => {
    const room = aMailRoom();
    room.tenants.find = storageFails;
    room.queue.put = storageFails;
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.deepEqual([room.sent, room.outcomes.poisoned, room.outcomes.written], [[], [], []]);
  });
});

describe('storage that fails after the send', () => {
  test('throws: the mail is neither put back nor sent again, then or ever', async () => {
    const room = aMailRoom();
    const { outcomes, clock } = room;
    const commit = outcomes.commit.bind(outcomes);
    room.carrier.answer = () => {
      outcomes.commit = failing('STORAGE_UNAVAILABLE');
      return Promise.resolve({ requestId: 'request-1' });
    };
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.equal(room.sent.length, 1);
    assert.deepEqual([room.queue.returned, room.outcomes.poisoned], [[], []]);

    // The queue delivers it again, host.json says after 30 seconds; the table is back.
    outcomes.commit = commit;
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

  test('leaves a line in the log that says it was sent, and what Graph called it: it was there before the row', async () => {
    const room = aMailRoom();
    const { outcomes } = room;
    room.carrier.answer = () => {
      outcomes.commit = () => {
        assert.deepEqual(room.log.events(), ['job.sent']);
        return failing('STORAGE_UNAVAILABLE')();
      };
      return Promise.resolve({ requestId: 'request-1' });
    };
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.deepEqual(room.log.lines, [
      {
        level: 'information',
        event: 'job.sent',
        detail: { tenantId: contoso, id: 'invoice-4711', requestId: 'request-1' },
      },
    ]);
  });

  test('on the put-back throws, and the row does not say that the job is being sent', async () => {
    const room = aMailRoom();
    room.queue.put = failing('STORAGE_UNAVAILABLE');
    room.carrier.answer = failing('SEND_THROTTLED');
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.equal(room.row()?.state, 'scheduled');
  });
});

describe('a job that goes to poison', () => {
  const ways: Record<string, { readonly prepare: (room: MailRoom) => unknown }> = {
    'because it is no mail job': { prepare: () => aMailJob({ subject: 7 }) },
    'because its tenant is gone': {
      prepare: ({ tenants }) => {
        tenants.rows.clear();
        return aMailJob();
      },
    },
    'because Graph refused it': {
      prepare: ({ carrier }) => {
        carrier.answer = failing('SEND_FORBIDDEN');
        return aMailJob();
      },
    },
    'because its answer was lost': {
      prepare: ({ carrier }) => {
        carrier.answer = failing('SEND_UNCONFIRMED');
        return aMailJob();
      },
    },
  };

  for (const [why, { prepare }] of Object.entries(ways)) {
    test(`${why} is put there with the end of its row, in one transaction`, async () => {
      const room = aMailRoom();
      await room.sendMail.handle(prepare(room));
      const last = room.outcomes.commits.at(-1) ?? [];
      const kinds = last.map((change) => (change.kind === 'outcome' ? change.outcome.state : change.kind));
      assert.match(kinds.join(' '), /^(refused|failed|unknown) poison( gate)?$/);
      assert.deepEqual(room.published, [room.row()]);
    });
  }
});

describe('a fault that nobody foresaw, before anything left', () => {
  function aFaultyRoom(): MailRoom {
    const room = aMailRoom();
    room.tokens.get = () => Promise.reject(new TypeError('of anna@customer.example'));
    return room;
  }

  test('is thrown four times, for the queue to try again, and nothing is written', async () => {
    const room = aFaultyRoom();
    for (const dequeues of [1, 2, 3, 4]) await assert.rejects(room.sendMail.handle(aMailJob(), dequeues), TypeError);
    assert.deepEqual([room.outcomes.written, room.outcomes.poisoned], [[], []]);
  });

  test('at the fifth time leaves its reason where the Functions host would keep none', async () => {
    const room = aFaultyRoom();
    await room.sendMail.handle(aMailJob(), 5);
    assert.deepEqual([room.row()?.state, room.row()?.code], ['failed', 'UNEXPECTED']);
    const [entry] = room.outcomes.poisoned;
    assert.equal(entry?.text, JSON.stringify(aMailJob()));
    assert.equal(entry.reason.code, 'UNEXPECTED');
    assert.doesNotMatch(JSON.stringify(entry.reason), /anna/);
  });

  test('at the fifth time does not touch the row of a job that may be leaving', async () => {
    const room = aFaultyRoom();
    room.outcomes.put(anOutcome());
    await room.sendMail.handle(aMailJob(), 5);
    assert.deepEqual([room.row(), room.outcomes.poisoned, room.queue.returned.length], [anOutcome(), [], 1]);
  });
});
