/**
 * The run behind test/unit/shared/tokens/token-source-property.test.ts, in a thread of its own: the test runner follows every
 * promise of its own thread, which makes half a million of them three times as slow.
 */

import assert from 'node:assert/strict';
import { parentPort } from 'node:worker_threads';
import { minutes, seconds } from '../../shared/clock.ts';
import { asTenantpostError } from '../../shared/errors.ts';
import { type Resource, resources } from '../../shared/resource.ts';
import { aTokenWorld, type Key, nameOf } from './token-world.ts';

const tenantCount = 10_000;
const rounds = 40;
const callsInRound = 1200;
const attacksInRound = 150;

export interface PropertyReport {
  readonly returned: number;
  readonly wrong: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly hits: number;
  readonly misses: number;
  readonly requests: number;
  /** As the metrics have it. */
  readonly alarmsCounted: number;
  readonly counts: ReturnType<typeof aTokenWorld>['counts'];
  readonly alarms: ReturnType<ReturnType<typeof aTokenWorld>['alarms']>;
}

const world = aTokenWorld({ seed: 20_261_122, tenants: tenantCount, processes: 4, mostHeld: 4000 });
const { random, clock, processes, issued, counts, attacks } = world;
const hot = Array.from({ length: 400 }, () => random.pick(world.tenants));

const refusals = new Map<string, number>();
let returned = 0;
let wrong = 0;

/** One call of the app; what it returns is compared with what was really issued, not with what the app says of it. */
async function call(tenantId: string, resource: Resource, how: 'get' | 'renew', process = random.pick(processes)) {
  try {
    const token = await process[how](tenantId, resource);
    const truth = issued.get(token.value);
    returned += 1;
    const isRight = truth !== undefined && truth.isOurs && truth.tenantId === tenantId && truth.resource === resource;
    if (!isRight || token.tenantId !== tenantId || token.resource !== resource) wrong += 1;
    assert.ok(token.expiresAt > clock.now(), 'a token that has expired was returned');
    return token;
  } catch (error) {
    const { code } = asTenantpostError(error);
    // The issuer's own faults. Anything else would be the app's.
    if (code !== 'TOKEN_WRONG' && code !== 'ENTRA_UNAVAILABLE') throw error;
    refusals.set(code, (refusals.get(code) ?? 0) + 1);
    return undefined;
  }
}

const someKey = (): Key => ({
  tenantId: random.chance(0.6) ? random.pick(hot) : random.pick(world.tenants),
  resource: random.pick(resources),
});

// Everybody once: whatever follows meets a full table.
for (const resource of resources) {
  await Promise.all(world.tenants.map((tenantId) => call(tenantId, resource, 'get')));
}
assert.ok(world.table.rows.size > 1.9 * tenantCount);

for (let round = 0; round < rounds; round += 1) {
  const calls = Array.from({ length: callsInRound }, async (_, at) => {
    // Not all at once: some begin while others are half done.
    for (let turns = at % 5; turns > 0; turns -= 1) await new Promise(setImmediate);
    const { tenantId, resource } = someKey();
    if (random.chance(0.03)) await random.pick(processes).drop(tenantId, resource);
    else await call(tenantId, resource, random.chance(0.1) ? 'renew' : 'get');
  });
  const attacking = Array.from({ length: attacksInRound }, async (_, at) => {
    for (let turns = at % 7; turns > 0; turns -= 1) await new Promise(setImmediate);
    const { tenantId, resource } = someKey();
    await random.pick(attacks)(tenantId, resource);
    // Often somebody comes for it at once, in a process that may hold none.
    if (random.chance(0.7)) await call(tenantId, resource, 'get');
  });
  await Promise.all([...calls, ...attacking]);

  // What a process holds is changed under its hands: one after the other, so that each can be counted.
  for (let fault = 0; fault < 5; fault += 1) {
    const process = random.pick(processes);
    const [mine, other] = [someKey(), someKey()];
    if (nameOf(mine) === nameOf(other)) continue;
    const token = await call(mine.tenantId, mine.resource, 'get', process);
    const foreign = await call(other.tenantId, other.resource, 'get', process);
    if (token === undefined || foreign === undefined) continue;
    // A late token that could not be renewed may be one that the map no longer has.
    if ((await process.get(mine.tenantId, mine.resource)) !== token) continue;
    Object.assign(token, { ...foreign });
    counts.corruptedInMemory += 1;
    await call(mine.tenantId, mine.resource, 'get', process);
  }

  if (round % 9 === 8) world.dataKeys.rotate();
  clock.advance(random.below(10 * minutes) + 6 * seconds);
}

// Nobody issues anything any more: whatever is still cached anywhere is looked at once.
world.stopIssuing();
for (const [at, process] of processes.entries()) {
  const asked = at === 0 ? world.tenants : hot;
  for (const resource of resources) {
    await Promise.all(asked.map((tenantId) => call(tenantId, resource, 'get', process)));
  }
}

const report: PropertyReport = {
  returned,
  wrong,
  refusals: Object.fromEntries(refusals),
  hits: world.sum('hits'),
  misses: world.sum('misses'),
  requests: world.sum('requests'),
  alarmsCounted: world.sum('wrong'),
  counts,
  alarms: world.alarms(),
};
parentPort?.postMessage(report);
