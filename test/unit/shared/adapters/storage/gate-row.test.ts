import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateKey, gateRow, readGateRow } from '../../../../../shared/adapters/storage/gate-row.ts';
import { seconds } from '../../../../../shared/clock.ts';
import { emptyGate, type GateState, hold, type Limits } from '../../../../../shared/mail/gate/gate-state.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { anAsk, askTimes, limits } from '../../../../support/gate.ts';
import { runMailbox } from '../../../../support/mailbox-run.ts';

const rowOf = (gate: GateState) => gateRow(contoso, 'post@contoso.example', gate);
const bytesOf = (gate: GateState): number => Buffer.byteLength(JSON.stringify(rowOf(gate)));

const heavy = { gap: 2000, bytes: 4_000_000, recipients: 300, poll: 700, latency: 2000, isRough: true } as const;

describe("the row of a mailbox's gate", () => {
  test('gives back what was put in, whatever has happened at the mailbox', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const { gate } = runMailbox({ ...heavy, seed, jobs: 100, limits });
      const held = hold(gate, { by: 'service', since: noon, until: noon + 5 * seconds, code: 'SEND_THROTTLED' });
      for (const one of [gate, held, emptyGate]) {
        assert.deepEqual(readGateRow({ ...rowOf(one), etag: 'W/"1"' }), { gate: one, etag: 'W/"1"' });
      }
    }
  });

  test('stays below 2 KB at the usual limits, in a blast of large messages', () => {
    let gate = emptyGate;
    let largest = 0;
    for (let at = noon; at < noon + 3600 * seconds; at += 1 * seconds) {
      ({ gate } = askTimes(gate, 2, anAsk({ bytes: 3_456_789, recipients: 123, permitUntil: at + 9000 }), at));
      largest = Math.max(largest, bytesOf(gate));
    }
    assert.ok(largest < 2048, `${largest} bytes`);
  });

  test('stays below 4 KB at limits that nobody has', () => {
    const most: Limits = {
      messagesPerMinute: 1_000_000,
      bytesPer5Minutes: 1e12,
      recipientsPerDay: 100_000_000,
      concurrent: { graph: 4, smtp: 3 },
    };
    let gate = emptyGate;
    for (let at = noon; at < noon + 400 * seconds; at += 250) {
      ({ gate } = askTimes(gate, 40, anAsk({ bytes: 3_456_789, recipients: 500, permitUntil: at }), at, most));
    }
    assert.ok(bytesOf(gate) < 4096, `${bytesOf(gate)} bytes`);
  });

  test('has a key without what a row key must not have, one for each mailbox', () => {
    assert.equal(gateKey('Post@Contoso.Example'), '!gate post@contoso.example');
    const odd = ["o'b", 'a/b', 'a\\b', 'a#b', 'a?b', 'a=2fb', 'a%2fb', 'ä', 'a\tb', 'a b', 'a\u0085b'];
    const keys = odd.map(gateKey);
    assert.equal(new Set(keys).size, odd.length);
    for (const key of keys) assert.match(key, /^!gate [a-z0-9@._+=-]+$/);
  });
});
