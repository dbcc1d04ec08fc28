import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FaultPanel } from '../../../local/cloud/faults/fault-panel.ts';
import { decodeMessage, rawMessage } from '../../../shared/mail/sending/raw-message.ts';
import { parseMailJob } from '../../../shared/mail/job/mail-job.ts';
import { subjectOf } from '../../../shared/mail/sending/subject.ts';
import { deliveries, digestOf, makePlan } from '../../chaos/plan.ts';
import { isDelivered, jobKinds, malformations } from '../../chaos/plan-jobs.ts';
import { hasConsented, mayDraft } from '../../chaos/plan-tenants.ts';
import { queueMessage, rowOf } from '../../chaos/queue-messages.ts';
import { stepNames } from '../../chaos/steps.ts';

const options = { seed: 7, messages: 3000, delivery: 'standard' } as const;
const plan = makePlan(options);

describe('the plan of a chaos run', () => {
  test('is the same for the same arguments, and another for each seed, number and delivery', () => {
    assert.deepEqual(makePlan(options), plan);
    const others = [{ seed: 8 }, { messages: 3001 }, { delivery: 'exactly-once' as const }];
    const digests = [{}, {}, ...others].map((one) => digestOf(makePlan({ ...options, ...one })));
    assert.equal(new Set(digests).size, 4);
  });

  test('a message more leaves the tenants, the world and every mark as they were', () => {
    const longer = makePlan({ ...options, messages: 3001 });
    assert.deepEqual([longer.tenants, longer.world], [plan.tenants, plan.world]);
    assert.deepEqual(
      longer.jobs.slice(0, 3000).map(({ mark }) => mark),
      plan.jobs.map(({ mark }) => mark),
    );
  });

  test('has every kind of job, every malformation, some jobs twice, and each id and mark once', () => {
    assert.deepEqual(new Set(plan.jobs.map(({ kind }) => kind)), new Set(jobKinds));
    assert.deepEqual(new Set(plan.jobs.flatMap(({ malformation }) => malformation ?? [])), new Set(malformations));
    assert.equal(new Set(plan.jobs.map(({ id }) => id)).size, 3000);
    assert.equal(new Set(plan.jobs.map(({ mark }) => mark)).size, 3000);
    const twice = plan.jobs.filter(({ againAfterSeconds }) => againAfterSeconds !== undefined);
    assert.ok(twice.length > 100 && twice.length < 300, `${twice.length} jobs twice`);
    assert.ok(plan.jobs.filter(isDelivered).length > 2700);
  });

  test('a job is of a tenant that can carry it', () => {
    const tenantOf = (id: string) => plan.tenants.find((one) => one.id === id) ?? assert.fail(`no tenant ${id}`);
    for (const { kind, tenant, from } of plan.jobs) {
      assert.equal(hasConsented(tenantOf(tenant)), kind !== 'stranger');
      assert.ok(tenantOf(tenant).mailboxes.includes(from));
      if (kind === 'upload') assert.ok(mayDraft(tenantOf(tenant)));
    }
  });

  for (const delivery of deliveries) {
    test(`with ${delivery} every rule is one that the fault panel takes, and comes before the last mail does`, () => {
      const { events, jobs } = makePlan({ ...options, delivery });
      const panel = new FaultPanel();
      for (const event of events) if (event.kind === 'fault') panel.add(event.rule);
      const most = jobs.filter(isDelivered).length;
      assert.ok(events.every(({ at }) => at > 0 && at < most * 0.95));
      assert.deepEqual(
        events.map(({ at }) => at),
        events.map(({ at }) => at).sort((one, other) => one - other),
      );
      const killed = new Set(events.flatMap((event) => (event.kind === 'kill-at-step' ? [event.step] : [])));
      const wanted = stepNames.filter((step) => delivery !== 'exactly-once' || step !== 'accepted');
      assert.deepEqual(killed, new Set(wanted));
      assert.ok(events.some(({ kind }) => kind === 'kill') && events.some(({ kind }) => kind === 'outage'));
    });
  }
});

describe('the queue message of a planned job', () => {
  const at = Date.UTC(2026, 10, 22);

  test('is a mail job that the app takes, unless it is malformed', () => {
    for (const job of plan.jobs) {
      const raw = rawMessage(queueMessage(job, at).text);
      const parse = () => parseMailJob(decodeMessage(raw)).job;
      if (job.malformation === undefined || job.malformation === 'wrong-content') assert.equal(parse().id, job.id);
      else assert.throws(parse, { name: 'TenantpostError' });
    }
  });

  test('leads the app to the row in which its outcome is looked for', () => {
    for (const job of plan.jobs) {
      const { tenantId, id } = subjectOf('graph', rawMessage(queueMessage(job, at).text));
      assert.deepEqual(rowOf(job), { tenantId, id }, job.malformation);
    }
  });

  test('fits a storage queue, and counts its times from when it is queued', () => {
    for (const job of plan.jobs) assert.ok(queueMessage(job, at).text.length < 48 * 1024);
    const scheduled = plan.jobs.find(({ kind }) => kind === 'scheduled') ?? assert.fail();
    const seconds = scheduled.notBeforeSeconds ?? assert.fail();
    assert.equal(queueMessage(scheduled, at).notBefore, at + seconds * 1000);
    const { job } = parseMailJob(decodeMessage(rawMessage(queueMessage(scheduled, at).text)));
    assert.equal(job.notBefore, at + seconds * 1000);
  });
});
