/** Eight processes at the gate of one mailbox, over one table. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Azurite, startAzurite } from '../../../../../local/azurite.ts';
import { localStorage } from '../../../../../local/storage.ts';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { minutes } from '../../../../../shared/clock.ts';
import { tables } from '../../../../../shared/names.ts';
import { limits } from '../../../../support/gate.ts';
import type { GateAnswer, GateQuestion } from '../../../../support/gate-workers-process.ts';
import { GateWorkers } from '../../../../support/gate-workers.ts';

const processes = 8;
let azurite: Azurite;
let workers: GateWorkers[];
let store: TableMailStore;

before(async () => {
  azurite = await startAzurite();
  await localStorage(azurite.connectionString).provision();
  store = new TableMailStore(localStorage(azurite.connectionString).table(tables.mail));
  workers = await Promise.all(Array.from({ length: processes }, () => GateWorkers.start()));
});
after(async () => {
  await Promise.all(workers.map((one) => one.stop()));
  await azurite.stop();
});

/** By default a minute takes a second and a half. */
function question(overrides: Partial<GateQuestion> = {}): GateQuestion {
  return {
    connectionString: azurite.connectionString,
    tenantId: crypto.randomUUID(),
    mailbox: 'post@contoso.example',
    jobs: 10,
    comesBack: true,
    sendTakes: 4000,
    permitFor: 10 * minutes,
    since: Date.now(),
    speed: 40,
    ...overrides,
  };
}

const sentBy = (answers: readonly GateAnswer[]) =>
  answers.flatMap(({ jobs }) => jobs.flatMap((job) => ('at' in job ? [job] : [])));

const most = (numbers: readonly number[]): number => Math.max(0, ...numbers);

function mostInMinute(times: readonly number[]): number {
  return most(times.map((at) => times.filter((other) => other > at - 1 * minutes && other <= at).length));
}

describe('eight processes that send from one mailbox', () => {
  test('never have more under way than it may, nor send more in a minute', async () => {
    const asked = question({ jobs: 12 });
    const answers = await Promise.all(workers.map((one) => one.run(asked)));
    const sent = sentBy(answers);
    assert.equal(sent.length, processes * 12);
    // From when to when, by the clock of this machine: less than what the permit was had for.
    const underWay = sent.map(({ from }) => sent.filter((one) => one.from <= from && one.until > from).length);
    assert.ok(most(underWay) <= limits.concurrent.graph, `${most(underWay)} under way`);
    const inMinute = mostInMinute(sent.map(({ at }) => at));
    assert.ok(inMinute <= limits.messagesPerMinute, `${inMinute} in a minute`);
    // More than a minute's worth was sent, so that the limit mattered.
    assert.ok(inMinute > 0.8 * limits.messagesPerMinute, `${inMinute} in a minute`);
    const gate = await store.readGate(asked.tenantId, asked.mailbox);
    assert.deepEqual([gate?.gate.permits, gate?.gate.waiting], [[], 0]);
  });

  test('give a blast its turns in few commits, and each turn once', async () => {
    const asked = question({ jobs: 400, comesBack: false, speed: 1 });
    const answers = await Promise.all(workers.map((one) => one.run(asked)));
    const turns = answers.flatMap(({ jobs }) => jobs.flatMap((job) => ('turn' in job ? [job.turn] : [])));
    const total = processes * 400;
    assert.ok(turns.length >= total - 20, `${turns.length} turns`);
    const inOrder = turns.toSorted((one, other) => one - other);
    assert.ok(inOrder.slice(4).every((turn, place) => turn > (inOrder[place + 3] ?? 0)));
    assert.ok(mostInMinute(inOrder) <= limits.messagesPerMinute);
    const commits = answers.reduce((sum, one) => sum + one.commits, 0);
    // Nearly a hundred rows each, and as many again that were refused because another process was first.
    assert.ok(commits < total / 10, `${commits} commits of ${total} jobs`);
    assert.equal((await store.readGate(asked.tenantId, asked.mailbox))?.gate.waiting, turns.length);
  });

  test('go on when one of them is killed, as soon as its permits have run out', async () => {
    const victim = await GateWorkers.start();
    const asked = question({ permitFor: 1 * minutes });
    await victim.runUntilKilled({ ...asked, jobs: 4, sendTakes: 60 * minutes }, 4);
    const stored = await store.readGate(asked.tenantId, asked.mailbox);
    assert.equal(stored?.gate.permits.length, 4);
    const firstLost = Math.min(...stored.gate.permits.map(({ until }) => until));
    const [survivor] = workers;
    assert.ok(survivor);
    const { jobs } = await survivor.run({ ...asked, jobs: 3 });
    assert.equal(jobs.length, 3);
    for (const job of jobs) assert.ok('at' in job && job.at >= firstLost);
    assert.equal((await store.readGate(asked.tenantId, asked.mailbox))?.gate.permits.length, 0);
  });
});
