import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { hours, minutes } from '../../../../../shared/clock.ts';
import { describe, emptyGate, hold } from '../../../../../shared/mail/gate/gate-state.ts';
import { noon } from '../../../../support/clock.ts';
import { anAsk, askTimes, limits } from '../../../../support/gate.ts';

suite('how a mailbox stands', () => {
  test('that has sent nothing: all is free, and the next message goes at once', () => {
    assert.deepEqual(describe(emptyGate, noon, limits), {
      underWay: { graph: { used: 0, limit: 4 }, smtp: { used: 0, limit: 3 } },
      messagesInMinute: { used: 0, limit: 30 },
      bytesIn5Minutes: { used: 0, limit: 150_000_000 },
      recipientsInDay: { used: 0, limit: 10_000 },
      waiting: 0,
      nextTurn: noon,
    });
  });

  test('in a blast: what has left, how many wait, and when the next one would go', () => {
    const { gate } = askTimes(emptyGate, 100, anAsk({ recipients: 20, bytes: 5000 }), noon);
    const view = describe(gate, noon + 1, limits);
    assert.deepEqual(view.underWay.graph, { used: 4, limit: 4 });
    assert.equal(view.messagesInMinute.used, 4);
    assert.equal(view.bytesIn5Minutes.used, 20_000);
    assert.equal(view.recipientsInDay.used, 80);
    assert.equal(view.waiting, 96);
    assert.ok(view.nextTurn > noon + 3 * minutes);
  });

  test('after it: permits of killed workers and turns that nobody took count no more', () => {
    const { gate } = askTimes(emptyGate, 100, anAsk({ recipients: 20 }), noon);
    const view = describe(gate, noon + 1 * hours, limits);
    assert.equal(view.underWay.graph.used, 0);
    assert.equal(view.messagesInMinute.used, 0);
    assert.equal(view.recipientsInDay.used, 80);
    assert.equal(view.waiting, 0);
    assert.equal(view.nextTurn, noon + 1 * hours);
  });

  test('while it is held: by whom, and until when', () => {
    const pause = { by: 'service', since: noon, until: noon + 1 * minutes, code: 'SEND_THROTTLED' } as const;
    const gate = hold(emptyGate, pause);
    assert.deepEqual(describe(gate, noon, limits).hold, pause);
    assert.equal(describe(gate, noon, limits).nextTurn, noon + 1 * minutes);
    assert.equal(describe(gate, noon + 1 * minutes, limits).hold, undefined);
  });
});
