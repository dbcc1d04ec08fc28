/** Turns that their jobs do not come to. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes, seconds } from '../../../../../shared/clock.ts';
import { emptyGate, enter, forgetTurns, giveUp, leave } from '../../../../../shared/mail/gate/gate-state.ts';
import { noon } from '../../../../support/clock.ts';
import { afterAll, anAsk, askTimes, limits, turnOf } from '../../../../support/gate.ts';

/** Turns are this far apart at 30 a minute. */
const apart = 2040;

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
