import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes, seconds } from '../../../../shared/clock.ts';
import {
  type Admission,
  emptyGate,
  enter,
  extend,
  forgetTurns,
  type GateState,
  giveUp,
  leave,
} from '../../../../shared/mail/gate-state.ts';
import { noon } from '../../../support/clock.ts';
import { anAsk, askTimes, limits, permitOf, turnOf } from '../../../support/gate.ts';

/** Turns are this far apart at 30 a minute. */
const apart = 2030;

/** Whoever may go has gone, and has given the permit back. */
function afterAll({ gate, admissions }: { gate: GateState; admissions: readonly Admission[] }): GateState {
  return admissions.reduce((left, one) => (one.kind === 'now' ? leave(left, one.permit) : left), gate);
}

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
    // 200 messages at 0.98 of the limit.
    const last = times.at(-1) ?? Infinity;
    assert.ok(last - noon < (200 / 30 / 0.98) * minutes, `${last - noon} ms`);
  });

  test('with a limit of one message a minute lets one go, and the next a minute later', () => {
    const slow = { ...limits, messagesPerMinute: 1 };
    const { admissions } = askTimes(emptyGate, 3, anAsk(), noon, slow);
    assert.equal(admissions[0]?.kind, 'now');
    assert.deepEqual(admissions.slice(1).map(turnOf), [noon + 61_000, noon + 122_000]);
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

describe('turns that are missed', () => {
  const blast = askTimes(emptyGate, 40, anAsk(), noon);
  const open = afterAll(blast);
  const turns = blast.admissions.slice(4).map(turnOf);
  const [first = 0, second = 0, third = 0] = turns;

  test('are not seen before two of them have passed', () => {
    assert.equal(enter(open, anAsk(), second - 1, limits).admission.kind, 'at');
    const { gate, admission } = enter(open, anAsk(), noon + 2 * apart, limits);
    assert.deepEqual([admission.kind, gate.waiting], ['now', open.waiting]);
    assert.equal(gate.lastTurn, open.lastTurn);
  });

  test('are taken by who has none, one for each that passes', () => {
    let gate = open;
    const gone: number[] = [];
    for (let at = noon + 1; at < noon + 1 * minutes; at += 250) {
      const entered = enter(gate, anAsk(), at, limits);
      if (entered.admission.kind === 'now') {
        gate = leave(entered.gate, entered.admission.permit);
        gone.push(at);
      }
    }
    const gaps = gone.map((at, place) => at - (gone[place - 1] ?? noon));
    assert.ok(gaps.every((gap) => gap >= apart && gap <= 2 * apart + 250));
    assert.ok(gone.length >= 24 && gone.length <= 30, `${gone.length}`);
  });

  test('are taken by who was late', () => {
    assert.equal(enter(open, anAsk({ turn: first }), first + 10_001, limits).admission.kind, 'now');
  });

  test('are not taken while one comes to his', () => {
    const { gate } = enter(open, anAsk({ turn: second }), second, limits);
    assert.equal(enter(gate, anAsk(), third, limits).admission.kind, 'at');
    assert.equal(enter(gate, anAsk(), second + 2 * apart, limits).admission.kind, 'now');
  });

  test('are not taken in a hold, past a used up day, or with the last but one permit', () => {
    const later = noon + 30 * seconds;
    const pause = { by: 'service', since: noon, until: noon + 1 * minutes, code: 'SEND_THROTTLED' } as const;
    const busy = { ...open, permits: ['1', '2', '3'].map((id) => permit(id, later + 1 * minutes)) };
    for (const gate of [{ ...open, hold: pause }, { ...open, quotaTurn: later + 1 }, busy]) {
      assert.equal(enter(gate, anAsk(), later, limits).admission.kind, 'at');
    }
  });

  test('are not taken by what is too large for the time', () => {
    const { gate } = enter(open, anAsk({ turn: first, bytes: 100_000_000 }), first, limits);
    assert.equal(enter(gate, anAsk({ bytes: 60_000_000 }), first + 30_000, limits).admission.kind, 'at');
    assert.equal(enter(gate, anAsk({ bytes: 40_000_000 }), first + 30_000, limits).admission.kind, 'now');
  });
});

describe('turns that nobody will take', () => {
  const blast = askTimes(emptyGate, 500, anAsk(), noon);
  const turns = blast.admissions.slice(4).map(turnOf);

  test('are forgotten when the last of them is given up: the next job goes at once', () => {
    const now = noon + 90 * seconds;
    let gate = afterAll(blast);
    for (const turn of turns) gate = giveUp(gate, turn, now);
    // Those whose time is over were lost, so nobody knows whether they will be taken.
    const lost = turns.filter((turn) => turn <= now).length;
    assert.equal(gate.waiting, lost);
    for (let count = 0; count < lost; count += 1) gate = giveUp(gate, now + 1, now);
    assert.equal(gate.waiting, 0);
    assert.equal(enter(gate, anAsk(), now, limits).admission.kind, 'now');
  });

  test('are waited behind while one of them may still be taken', () => {
    let gate = afterAll(blast);
    for (const turn of turns.slice(1)) gate = giveUp(gate, turn, noon + 1);
    assert.ok(turnOf(enter(gate, anAsk(), noon + 1, limits).admission) > (turns.at(-1) ?? 0));
  });

  test('forgotten by mistake do no harm: those who come share the limit with those who ask', () => {
    let gate = forgetTurns(afterAll(blast), noon + 1);
    const gone = blast.admissions.flatMap((one) => (one.kind === 'now' ? [one.at] : []));
    let early = 0;
    for (let at = noon + 1000; at < noon + 5 * minutes; at += 1000) {
      const turn = turns.find((one) => one > at - 1000 && one <= at);
      for (const ask of [anAsk({ turn }), anAsk()]) {
        if (ask.turn === undefined && ask !== undefined && at % 3000 !== 0) continue;
        const entered = enter(gate, ask, at, limits);
        gate = entered.gate;
        if (entered.admission.kind !== 'now') continue;
        gate = leave(gate, entered.admission.permit);
        gone.push(entered.admission.at);
        early += 1;
      }
    }
    assert.ok(early > 30);
    for (const at of gone) assert.ok(gone.filter((other) => other > at - 60_000 && other <= at).length <= 30);
  });

  test('leave a day that was used as used as it was', () => {
    const { gate } = askTimes(emptyGate, 4, anAsk({ recipients: 2500 }), noon);
    const forgotten = forgetTurns(gate, noon + 1000);
    const { admission } = enter(forgotten, anAsk(), noon + 1 * hours, limits);
    assert.ok(admission.kind === 'at' && admission.code === 'MAILBOX_QUOTA');
  });
});

function permit(id: string, until: number) {
  return { id, transport: 'graph', until } as const;
}
