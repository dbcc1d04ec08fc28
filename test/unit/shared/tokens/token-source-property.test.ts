/**
 * Ten thousand tenants, both resources, several processes over one sealed table, and somebody who changes that table: whatever
 * the order of things, no token of another tenant, resource, app or cloud is ever returned, and each that turns up is told.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { PropertyReport } from '../../../support/token-property-run.ts';

test('of ten thousand tenants none is ever given the token of another, whoever changes the table', async (t) => {
  const worker = new Worker(new URL('../../../support/token-property-run.ts', import.meta.url));
  t.after(() => worker.terminate());
  const [report] = (await once(worker, 'message')) as [PropertyReport];
  const { counts, alarms, refusals, ...sums } = report;
  t.diagnostic(`${JSON.stringify(sums)}; refused: ${JSON.stringify(refusals)}`);
  t.diagnostic(`what was done: ${JSON.stringify(counts)}`);
  t.diagnostic(`alarms: ${JSON.stringify(alarms)}`);

  assert.equal(report.wrong, 0, 'a wrong token was returned');
  assert.equal(counts.wrongWritten, 0, 'a wrong token was cached');
  assert.deepEqual(alarms, {
    // A row that is not this key's is never opened; one that is, and holds a wrong token, is told by its claims.
    tableSealed: counts.sealedRead,
    tableOpened: counts.openedRead,
    entra: counts.wrongAnswers,
    memory: counts.corruptedInMemory,
  });
  assert.equal(
    report.alarmsCounted,
    Object.values(alarms).reduce((sum, count) => sum + count),
  );

  // That all of it happened, and often.
  assert.ok(report.returned > 60_000 && report.hits > 10_000, JSON.stringify(sums));
  const { wrongWritten: _none, ...done } = counts;
  for (const [what, count] of Object.entries(done)) assert.ok(count >= 100, `${what}: ${count}`);
});
