/** A short run of `npm run chaos` with both deliveries: some hundred mails while workers are killed and services fail. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runChaos } from '../chaos/chaos.ts';
import { makePlan } from '../chaos/plan.ts';

test('loses nothing and sends nothing twice while workers are killed at every step and everything fails once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantpost-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const result = await runChaos({
    plan: makePlan({ seed: 1, messages: 240, delivery: 'both' }),
    // Far beyond what it takes: a bound, and no measure.
    secondsLimit: 400,
    instances: 3,
    messageLockSeconds: 5,
    logFile: join(folder, 'chaos.log'),
    onProgress: () => {},
  });
  const told = JSON.stringify(result, null, 2);
  assert.deepEqual(result.complaints, [], told);
  const { settled, lost, duplicated, wrong, failed } = result;
  assert.deepEqual(
    { settled, lost, duplicated, wrong, failed },
    { settled: true, lost: 0, duplicated: 0, wrong: 0, failed: 0 },
  );
  // What was done to them was done: the run could otherwise pass by being left alone.
  // Counted by kind: how many requests a short outage meets is the machine's, and on a fast one it is none.
  assert.ok(result.kills >= 7 && Object.keys(result.faultsByName).length >= 15, told);
  assert.ok(result.delivered > 180 && result.refused >= 6 && result.cancelled >= 4, told);
});
