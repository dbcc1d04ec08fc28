import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiguresWatch, type QueueLooks } from '../../../../shared/checks/figures-watch.ts';
import type { Failure, MailFigures } from '../../../../shared/checks/overview-sources.ts';
import { minutes } from '../../../../shared/clock.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { failing } from '../../../support/failing.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { recordingMetrics } from '../../../support/recording-metrics.ts';

const failure = { transport: 'graph' } as Failure;

function aWatch(changes: { queues?: QueueLooks; mail?: MailFigures } = {}) {
  const metrics = recordingMetrics();
  const log = recordingLog();
  const tenants = [contoso, fabrikam];
  const watch = new FiguresWatch({
    queues: {
      read: () =>
        Promise.resolve([
          { name: 'mail-graph', messages: 12, oldestAt: noon - 3 * minutes },
          { name: 'mail-smtp', messages: 4, oldestAt: undefined },
        ]),
    },
    mail: {
      after: (id) => Promise.resolve(tenants.find((one) => one > id)),
      read: (id) => Promise.resolve({ gates: [], failures: id === contoso ? [failure, failure] : [], complete: true }),
    },
    metrics,
    now: () => noon,
    log: log.log,
    ...changes,
  });
  const measured = () => metrics.all.map(({ name, value, attributes }) => [name, value, ...Object.values(attributes)]);
  return { watch, log, measured };
}

const ofQueues = [
  ['tenantpost.queue.messages', 12, 'mail-graph'],
  ['tenantpost.queue.oldest_seconds', 180, 'mail-graph'],
  ['tenantpost.queue.messages', 4, 'mail-smtp'],
  ['tenantpost.queue.oldest_seconds', 0, 'mail-smtp'],
];
const ofPoison = [
  ['tenantpost.poison.messages', 2, 'graph'],
  ['tenantpost.poison.messages', 0, 'smtp'],
];

test('queues are measured with the age of what is due, and poison by transport', async () => {
  const { watch, measured } = aWatch();
  await watch.run();
  const all = measured();
  for (const one of [...ofQueues, ...ofPoison])
    assert.ok(all.some((other) => JSON.stringify(other) === JSON.stringify(one)));
  assert.equal(all.length, ofQueues.length + ofPoison.length);
});

test('what cannot be read fails nobody, is said, and keeps the other from nothing', async () => {
  const queues = aWatch({ queues: { read: failing('STORAGE_UNAVAILABLE') } });
  await queues.watch.run();
  assert.deepEqual(queues.measured(), ofPoison);
  assert.deepEqual(
    queues.log.lines.map(({ event, detail }) => [event, detail['code']]),
    [['figures.not-read', 'STORAGE_UNAVAILABLE']],
  );
  const mail = aWatch({ mail: { after: failing('STORAGE_UNAVAILABLE'), read: failing('STORAGE_UNAVAILABLE') } });
  await mail.watch.run();
  assert.deepEqual(mail.measured(), ofQueues);
});
