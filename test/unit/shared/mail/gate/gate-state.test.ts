import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes } from '../../../../../shared/clock.ts';
import { emptyGate, enter, extend, leave } from '../../../../../shared/mail/gate/gate-state.ts';
import { noon } from '../../../../support/clock.ts';
import { afterAll, anAsk, askTimes, limits, permitOf, turnOf } from '../../../../support/gate.ts';

/** Turns are this far apart at 30 a minute. */
const apart = 2040;

describe('an idle mailbox', () => {
  test('lets as many go at once as may be under way, then one at a time', () => {
    const { admissions } = askTimes(emptyGate, 7, anAsk(), noon);
    assert.deepEqual(
      admissions.slice(0, 4).map((one) => one.kind === 'now' && one.at),
      [noon, noon, noon, noon],
    );
    // No permit is left for the very next turn; it is kept.
    assert.equal(turnOf(admissions[4]), noon + apart);
    assert.deepEqual(admissions[6], {
      kind: 'at',
      at: noon + 3 * apart,
      code: 'MAILBOX_PACED',
      turn: noon + 3 * apart,
    });
  });

  test('lets three go at once over SMTP, beside what is under way over Graph', () => {
    const graph = askTimes(emptyGate, 4, anAsk(), noon - 1 * minutes);
    const smtp = askTimes(graph.gate, 4, anAsk({ transport: 'smtp' }), noon);
    assert.deepEqual(
      smtp.admissions.map(({ kind }) => kind),
      ['now', 'now', 'now', 'at'],
    );
  });

  test('lets the very next turn wait in the worker', () => {
    const first = afterAll(askTimes(emptyGate, 4, anAsk(), noon));
    const { admission } = enter(first, anAsk(), noon, limits);
    assert.equal(admission.kind === 'now' && admission.at, noon + apart);
  });

  test('that has been idle for one turn lets one go at once', () => {
    const first = afterAll(askTimes(emptyGate, 4, anAsk(), noon));
    const { admissions } = askTimes(first, 2, anAsk(), noon + apart);
    assert.deepEqual(
      admissions.map((one) => one.kind === 'now' && one.at),
      [noon + apart, noon + 2 * apart],
    );
  });

  test('spreads the first minute so that no more than its limit is in it', () => {
    const { admissions } = askTimes(emptyGate, 200, anAsk(), noon);
    const times = admissions.map((one) => (one.kind === 'now' ? one.at : turnOf(one)));
    for (const [place, at] of times.entries()) {
      const inMinute = times.filter((other) => other > at - 1 * minutes && other <= at).length;
      assert.ok(inMinute <= 30, `${inMinute} in the minute before the ${place}th`);
      assert.ok(at >= (times[place - 1] ?? 0));
    }
    // 200 messages at 0.975 of the limit.
    const last = times.at(-1) ?? Infinity;
    assert.ok(last - noon < (200 / 30 / 0.975) * minutes, `${last - noon} ms`);
  });

  test('with a limit of one message a minute lets one go, and the next a minute later', () => {
    const slow = { ...limits, messagesPerMinute: 1 };
    const { admissions } = askTimes(emptyGate, 3, anAsk(), noon, slow);
    assert.equal(admissions[0]?.kind, 'now');
    assert.deepEqual(admissions.slice(1).map(turnOf), [noon + 61_200, noon + 122_400]);
  });
});

describe('a turn', () => {
  const blast = askTimes(emptyGate, 40, anAsk(), noon);
  const open = afterAll(blast);
  const turn = turnOf(blast.admissions[20]);

  test('is honoured a second before and ten seconds after, at the turn or at once', () => {
    for (const [arrival, at] of [
      [turn - 1000, turn],
      [turn - 1, turn],
      [turn + 400, turn + 400],
      [turn + 10_000, turn + 10_000],
    ] as const) {
      const { admission } = enter(open, anAsk({ turn }), arrival, limits);
      assert.equal(admission.kind === 'now' && admission.at, at, `${arrival - turn}`);
    }
  });

  test('that has not come is waited for, and nothing is written', () => {
    const { gate, admission } = enter(open, anAsk({ turn }), turn - 1001, limits);
    assert.deepEqual(admission, { kind: 'at', at: turn, code: 'MAILBOX_PACED', turn });
    assert.equal(gate, open);
  });

  test('that is past is lost while others come to theirs: a new one is booked behind them', () => {
    const others = turnOf(blast.admissions[25]);
    assert.ok(others < turn + 10_001 + apart);
    const { gate: busy } = enter(open, anAsk({ turn: others }), others, limits);
    const { gate, admission } = enter(busy, anAsk({ turn }), turn + 10_001, limits);
    assert.equal(turnOf(admission), open.lastTurn + apart);
    assert.equal(gate.waiting, busy.waiting);
  });

  test('without a permit is kept, and asked for again in one to three seconds', () => {
    const busy = { ...open, permits: ['1', '2', '3', '4'].map((id) => permit(id, turn + 1 * minutes)) };
    for (let round = 0; round < 50; round += 1) {
      const { gate, admission } = enter(busy, anAsk({ turn }), turn, limits);
      assert.equal(gate, busy);
      assert.ok(admission.kind === 'at' && admission.turn === turn);
      assert.ok(admission.at >= turn + 1000 && admission.at <= turn + 3000);
    }
  });

  test('is given up for a new one when what has left meanwhile leaves no room', () => {
    const lowered = { ...limits, messagesPerMinute: 2 };
    const sent = askTimes(emptyGate, 2, anAsk(), noon);
    const { admission } = enter(sent.gate, anAsk({ turn: noon + 5000 }), noon + 5000, lowered);
    assert.ok(turnOf(admission) >= noon + 60_000);
  });

  test('is counted until it comes', () => {
    assert.equal(open.waiting, 36);
    const { gate } = enter(open, anAsk({ turn }), turn, limits);
    assert.equal(gate.waiting, 35);
  });

  test('of a message that nobody booked is no way past the limit', () => {
    let gate = emptyGate;
    const gone: number[] = [];
    for (let at = noon; at < noon + 2 * minutes; at += 100) {
      const { gate: next, admission } = enter(gate, anAsk({ turn: at }), at, limits);
      gate = next;
      if (admission.kind !== 'now') continue;
      gate = leave(gate, admission.permit);
      gone.push(admission.at);
    }
    for (const at of gone) assert.ok(gone.filter((other) => other > at - 60_000 && other <= at).length <= 30);
  });
});

describe('a permit', () => {
  test('that was given back is free for the next', () => {
    const { gate, admissions } = askTimes(emptyGate, 4, anAsk(), noon);
    const left = leave(gate, permitOf(admissions[1]));
    assert.equal(left.permits.length, 3);
    assert.equal(enter(left, anAsk({ turn: noon }), noon + 100, limits).admission.kind, 'now');
  });

  test('that is gone may be given back once more', () => {
    const { gate, admissions } = askTimes(emptyGate, 1, anAsk(), noon);
    const left = leave(gate, permitOf(admissions[0]));
    assert.equal(leave(left, permitOf(admissions[0])), left);
    assert.equal(leave(emptyGate, 'never given'), emptyGate);
  });

  test('of a killed worker counts no more when its time is over', () => {
    const { gate } = askTimes(emptyGate, 4, anAsk(), noon);
    const until = noon + 3 * minutes;
    assert.equal(enter(gate, anAsk({ turn: until - 1 }), until - 1, limits).admission.kind, 'at');
    const { gate: after, admission } = enter(gate, anAsk({ turn: until, permitUntil: until + 1 }), until, limits);
    assert.equal(admission.kind, 'now');
    assert.equal(after.permits.length, 1);
  });

  test('that is extended runs out later', () => {
    const { gate, admissions } = askTimes(emptyGate, 1, anAsk(), noon);
    const [longer] = extend(gate, permitOf(admissions[0]), noon + 1 * hours).permits;
    assert.equal(longer?.until, noon + 1 * hours);
    assert.deepEqual(extend(gate, 'another', noon + 1 * hours).permits, gate.permits);
  });

  test('lasts for as long as was asked for from the moment of sending', () => {
    const first = afterAll(askTimes(emptyGate, 4, anAsk(), noon));
    const { gate, admission } = enter(first, anAsk({ permitUntil: noon + 1 * minutes }), noon, limits);
    assert.ok(admission.kind === 'now' && admission.at === noon + apart);
    assert.equal(gate.permits[0]?.until, noon + apart + 1 * minutes);
  });
});

describe('bytes and recipients', () => {
  test('of a message above the limit of bytes go when nothing else has gone for five minutes', () => {
    const { gate } = askTimes(emptyGate, 1, anAsk(), noon);
    const turn = turnOf(enter(gate, anAsk({ bytes: 200_000_000 }), noon, limits).admission);
    assert.ok(turn >= noon + 5 * minutes && turn <= noon + 6 * minutes);
    assert.equal(enter(emptyGate, anAsk({ bytes: 200_000_000 }), noon, limits).admission.kind, 'now');
  });

  test('used up for five minutes put the next turn behind them', () => {
    const { admissions } = askTimes(emptyGate, 3, anAsk({ bytes: 75_000_000 }), noon);
    assert.deepEqual(
      admissions.map(({ kind }) => kind),
      ['now', 'now', 'at'],
    );
    const turn = turnOf(admissions[2]);
    assert.ok(turn >= noon + 5 * minutes && turn <= noon + 6 * minutes);
  });

  test('of a day used up say so, and put the turns behind them off as well', () => {
    const { gate, admissions } = askTimes(emptyGate, 22, anAsk({ recipients: 500 }), noon);
    const codes = admissions.map((one) => one.kind === 'at' && one.code);
    assert.equal(codes[19], 'MAILBOX_PACED');
    assert.equal(codes[20], 'MAILBOX_QUOTA');
    const turn = turnOf(admissions[20]);
    assert.ok(turn >= noon + 24 * hours && turn <= noon + 25 * hours + 1 * minutes);
    // Turns do not go back: what comes later goes later, though it would have fitted.
    const small = enter(gate, anAsk({ recipients: 1 }), noon, limits).admission;
    assert.ok(small.kind === 'at' && small.at > turn && small.code === 'MAILBOX_QUOTA');
  });

  test('of several days give turns several days away, each day within its limit', () => {
    const { admissions } = askTimes(emptyGate, 100, anAsk({ recipients: 500 }), noon);
    const turns = admissions.map((one) => (one.kind === 'now' ? one.at : turnOf(one)));
    for (const turn of turns) {
      const inDay = turns.filter((other) => other > turn - 24 * hours && other <= turn).length * 500;
      assert.ok(inDay <= 10_000, `${inDay} in the day before ${new Date(turn).toISOString()}`);
    }
    const last = turns.at(-1) ?? 0;
    assert.ok(last > noon + 4 * 24 * hours && last < noon + 4 * 26 * hours);
  });
});

function permit(id: string, until: number) {
  return { id, transport: 'graph', until } as const;
}
