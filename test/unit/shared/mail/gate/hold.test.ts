import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes, seconds } from '../../../../../shared/clock.ts';
import {
  emptyGate,
  enter,
  type GateState,
  type Hold,
  hold,
  leave,
  release,
} from '../../../../../shared/mail/gate/gate-state.ts';
import { noon } from '../../../../support/clock.ts';
import { anAsk, askTimes, limits, permitOf, turnOf } from '../../../../support/gate.ts';

const operators: Hold = { by: 'operator', since: noon, code: 'MAILBOX_HELD' };
const services = (until: number, since = noon): Hold => ({ by: 'service', since, until, code: 'SEND_THROTTLED' });

describe('a mailbox that an operator holds without an end', () => {
  test('sends its jobs away for ten minutes, without a turn', () => {
    const gate = hold(emptyGate, operators);
    const { admission } = enter(gate, anAsk(), noon, limits);
    assert.deepEqual(admission, { kind: 'at', at: noon + 10 * minutes, code: 'MAILBOX_HELD' });
  });

  test('takes the turns of those that have one', () => {
    const blast = askTimes(emptyGate, 10, anAsk(), noon);
    const turn = turnOf(blast.admissions[7]);
    const { gate, admission } = enter(hold(blast.gate, operators), anAsk({ turn }), turn, limits);
    assert.deepEqual(admission, { kind: 'at', at: turn + 10 * minutes, code: 'MAILBOX_HELD' });
    assert.equal(gate.waiting, blast.gate.waiting - 1);
  });

  test('sends again once it is released', () => {
    const gate = release(hold(emptyGate, operators));
    assert.equal(gate.hold, undefined);
    assert.equal(enter(gate, anAsk(), noon, limits).admission.kind, 'now');
    assert.equal(release(emptyGate), emptyGate);
  });
});

describe('a mailbox that Microsoft asked to pause', () => {
  test('gives turns behind the pause, one at a time', () => {
    const gate = hold(emptyGate, services(noon + 2 * minutes));
    const { admissions } = askTimes(gate, 3, anAsk(), noon);
    const turns = admissions.map(turnOf);
    assert.deepEqual(turns, [noon + 120_000, noon + 122_040, noon + 124_080]);
    assert.ok(admissions.every((one) => one.kind === 'at' && one.code === 'MAILBOX_HELD'));
  });

  test('lets nobody go in the pause whose turn comes in it, and gives them turns behind all others', () => {
    const blast = askTimes(emptyGate, 400, anAsk(), noon);
    const gate = hold(blast.gate, services(noon + 5 * minutes));
    const turns = blast.admissions.slice(4).map(turnOf);
    let after = gate;
    let last = gate.lastTurn;
    for (const turn of turns.filter((one) => one < noon + 5 * minutes - 5 * seconds)) {
      const entered = enter(after, anAsk({ turn }), turn, limits);
      after = entered.gate;
      assert.ok(turnOf(entered.admission) > last);
      last = turnOf(entered.admission);
    }
    // Whoever has a turn behind the pause keeps it.
    const [kept = 0] = turns.filter((one) => one >= noon + 5 * minutes);
    assert.equal(enter(after, anAsk({ turn: kept }), kept, limits).admission.kind, 'now');
    assert.equal(after.waiting, blast.gate.waiting);
  });

  test('costs nobody his place whose turn comes at most five seconds before its end', () => {
    const blast = askTimes(emptyGate, 40, anAsk(), noon);
    const turn = turnOf(blast.admissions[20]);
    const pause = services(turn + 4 * seconds);
    const held = { ...leaveAll(blast.gate), hold: pause };
    const { gate, admission } = enter(held, anAsk({ turn }), turn, limits);
    assert.deepEqual(admission, { kind: 'at', at: turn + 4 * seconds, code: 'MAILBOX_HELD', turn });
    assert.equal(gate, held);
    assert.equal(enter(gate, anAsk({ turn }), turn + 5 * seconds, limits).admission.kind, 'now');
  });

  test('sends again by itself when the pause is over', () => {
    const gate = hold(emptyGate, services(noon + 30 * seconds));
    assert.equal(enter(gate, anAsk(), noon + 30 * seconds - 1, limits).admission.kind, 'at');
    assert.equal(enter(gate, anAsk(), noon + 30 * seconds, limits).admission.kind, 'now');
  });

  test('does not wait in the worker for the end of the pause', () => {
    const gate = hold(emptyGate, services(noon + 1 * seconds));
    assert.equal(turnOf(enter(gate, anAsk(), noon, limits).admission), noon + 1 * seconds);
  });

  test('takes permits back as before', () => {
    const { gate, admissions } = askTimes(emptyGate, 1, anAsk(), noon);
    const held = hold(gate, services(noon + 1 * minutes));
    assert.deepEqual(leave(held, permitOf(admissions[0])).permits, []);
  });

  test('for its daily quota says so', () => {
    const gate = hold(emptyGate, { ...services(noon + 1 * hours), code: 'MAILBOX_QUOTA' });
    const { admission } = enter(gate, anAsk(), noon, limits);
    assert.ok(admission.kind === 'at' && admission.code === 'MAILBOX_QUOTA');
  });
});

describe('two holds', () => {
  const later = noon + 1 * minutes;

  test('of Microsoft end with the later of the two', () => {
    const gate = hold(emptyGate, services(noon + 5 * minutes));
    assert.equal(hold(gate, services(noon + 2 * minutes, later)), gate);
    assert.equal(hold(gate, services(noon + 9 * minutes, later)).hold?.until, noon + 9 * minutes);
  });

  test('are the second one when the first is over', () => {
    const gate = hold(emptyGate, services(noon + 1 * seconds));
    assert.deepEqual(hold(gate, services(noon + 9 * minutes, later)).hold, services(noon + 9 * minutes, later));
  });

  test("of an operator and of Microsoft stay the operator's, and end with the later of the two", () => {
    const own = { ...operators, until: noon + 5 * minutes };
    const pause = services(noon + 9 * minutes, later);
    const both = { ...own, until: noon + 9 * minutes };
    assert.deepEqual(hold(hold(emptyGate, own), pause).hold, both);
    assert.deepEqual(hold(hold(emptyGate, pause), own).hold, both);
    assert.deepEqual(hold(hold(emptyGate, operators), pause).hold, operators);
    assert.deepEqual(hold(hold(emptyGate, pause), operators).hold, operators);
  });

  test("of an operator are the second one: an operator's word may shorten a hold", () => {
    const shorter = { ...operators, since: later, until: noon + 2 * minutes };
    assert.deepEqual(hold(hold(emptyGate, operators), shorter).hold, shorter);
  });
});

function leaveAll(gate: GateState): GateState {
  return gate.permits.reduce((left, { id }) => leave(left, id), gate);
}
