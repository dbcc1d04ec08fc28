/** SendMail while storage fails, and the order in which it writes because storage may. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import { contoso } from '../../../support/app-identity.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aMailJob } from '../../../support/mail-job.ts';
import { aMailRoom, type MailRoom } from '../../../support/mail-room.ts';
import { anOutcome } from '../../../support/outcome.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';

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
    'on the insert of the claim': { isFirst: true, fails: ({ outcomes }) => (outcomes.insert = storageFails) },
    'on the look-up of the claim': { fails: ({ outcomes }) => (outcomes.read = storageFails) },
    'on the claim of a job that waited': { fails: ({ outcomes }) => (outcomes.replace = storageFails) },
    'on the first row of a job that is to wait': {
      room: () => aMailRoom(aPendingTenant()),
      isFirst: true,
      fails: ({ outcomes }) => (outcomes.insert = storageFails),
    },
    'on the row of a job that is to wait again': {
      room: () => aMailRoom(aPendingTenant()),
      fails: ({ outcomes }) => (outcomes.replace = storageFails),
    },
    'on the look-up for a refusal': { room: gone, fails: ({ outcomes }) => (outcomes.read = storageFails) },
    'on the poison queue, for a refusal': { room: gone, fails: ({ queue }) => (queue.poison = storageFails) },
    'on the row of a refusal': { room: gone, fails: ({ outcomes }) => (outcomes.replace = storageFails) },
    'on the refusal of what is no mail job': {
      fails: ({ queue }) => (queue.poison = storageFails),
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

  test('on the word about a worker that died puts the job back, and it is not sent again for that', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome());
    room.clock.advance(10 * minutes);
    const { poison } = room.queue;
    room.queue.poison = storageFails;
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(room.queue.returned, [{ text: JSON.stringify(aMailJob()), delayMilliseconds: 1 * minutes }]);
    assert.deepEqual(room.row(), anOutcome());

    room.queue.poison = poison;
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'unknown');
    assert.deepEqual([room.sent, room.queue.poisoned.length], [[], 1]);
  });

  test('costs no try, however long it lasts, and the job is sent when it is over', async () => {
    const room = aMailRoom();
    const { outcomes, queue, clock } = room;
    const insert = outcomes.insert.bind(outcomes);
    outcomes.insert = storageFails;
    for (let minute = 0; minute < 120; minute += 1) {
      await room.sendMail.handle(queue.returned.at(-1)?.text ?? aMailJob());
      clock.advance(1 * minutes);
    }
    assert.equal(queue.returned.length, 120);

    outcomes.insert = insert;
    await room.sendMail.handle(queue.returned.at(-1)?.text);
    assert.deepEqual([room.row()?.state, room.row()?.tries, room.sent.length, queue.poisoned], ['sent', 1, 1, []]);
    assert.equal(room.sent[0]?.token.tenantId, contoso);
  });

  test('on the put-back as well throws, so that the queue keeps the message', async () => {
    const room = aMailRoom();
    room.tenants.find = storageFails;
    room.queue.putBack = storageFails;
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.deepEqual([room.sent, room.queue.poisoned, room.outcomes.written], [[], [], []]);
  });
});

describe('storage that fails after the send', () => {
  test('throws: the mail is neither put back nor sent again, then or ever', async () => {
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

  test('leaves a line in the log that says it was sent, and what Graph called it: it was there before the row', async () => {
    const room = aMailRoom();
    const { outcomes } = room;
    outcomes.replace = () => {
      assert.deepEqual(room.log.events(), ['job.sent']);
      return failing('STORAGE_UNAVAILABLE')();
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
    room.queue.putBack = failing('STORAGE_UNAVAILABLE');
    room.transport.answer = failing('SEND_THROTTLED');
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.equal(room.row()?.state, 'scheduled');
  });
});

describe('a job that goes to poison', () => {
  interface Way {
    /** Whether the request has been made: from then on a fault must not bring the job back by itself. */
    readonly wasTried: boolean;
    readonly prepare: (room: MailRoom) => unknown;
  }
  const ways: Record<string, Way> = {
    'because it is no mail job': { wasTried: false, prepare: () => aMailJob({ subject: 7 }) },
    'because its tenant is gone': {
      wasTried: false,
      prepare: ({ tenants }) => {
        tenants.rows.clear();
        return aMailJob();
      },
    },
    'because Graph refused it': {
      wasTried: true,
      prepare: ({ transport }) => {
        transport.answer = failing('SEND_FORBIDDEN');
        return aMailJob();
      },
    },
    'because its answer was lost': {
      wasTried: true,
      prepare: ({ transport }) => {
        transport.answer = failing('SEND_UNCONFIRMED');
        return aMailJob();
      },
    },
  };

  for (const [why, { wasTried, prepare }] of Object.entries(ways)) {
    test(`${why} lies there before its row is final`, async () => {
      const room = aMailRoom();
      const item = prepare(room);
      const { outcomes, queue } = room;
      const statesThen: (string | undefined)[] = [];
      queue.poison = (entry) => {
        statesThen.push(room.row()?.state);
        queue.poisoned.push(entry);
        return Promise.resolve();
      };
      await room.sendMail.handle(item);
      assert.deepEqual(statesThen, [wasTried ? 'sending' : undefined]);
      assert.match(outcomes.written.at(-1)?.state ?? '', /^(refused|failed|unknown)$/);
    });

    test(`${why} is not final when it cannot be put there`, async () => {
      const room = aMailRoom();
      const item = prepare(room);
      room.queue.poison = failing('STORAGE_UNAVAILABLE');
      const handled = room.sendMail.handle(item);
      if (wasTried) await assert.rejects(handled, withCode('STORAGE_UNAVAILABLE'));
      else await handled;
      assert.equal(room.row()?.state, wasTried ? 'sending' : undefined);
      assert.equal(room.queue.returned.length, wasTried ? 0 : 1);
    });
  }
});
