/** What docs/scale.md reckons with, of this project: read from its code, its host.json and its parameters, and not written a second time. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { lanes } from '../../shared/adapters/storage/remove-all.ts';
import { hours, minutes, seconds } from '../../shared/clock.ts';
import { readConfig } from '../../shared/config.ts';
import { limitsOf } from '../../shared/mail-services.ts';
import { partMilliseconds } from '../../shared/mail/operating/retention.ts';
import { queues } from '../../shared/names.ts';
import { renewFrom } from '../../shared/tokens/renewal-time.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const hostFile = z.object({
  extensions: z.object({
    queues: z.object({
      batchSize: z.number(),
      newBatchThreshold: z.number(),
      maxPollingInterval: z.string().regex(/^\d\d:\d\d:\d\d$/),
    }),
  }),
});

/** Settings that nothing can be reckoned without, and that no figure depends on. */
const config = readConfig({
  TENANTPOST_CLIENT_ID: '00000000-0000-4000-8000-000000000000',
  TENANTPOST_PUBLIC_URL: 'https://app.example',
  TENANTPOST_VAULT_URL: 'https://vault.example',
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
});

const host = hostFile.parse(JSON.parse(read('host.json'))).extensions.queues;
const [pollHours = 0, pollMinutes = 0, pollSeconds = 0] = host.maxPollingInterval.split(':').map(Number);

/** Entra draws between 60 and 90 minutes: https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes */
const tokenLife = 75 * minutes;
const warmEvery = config.warmEverySeconds * seconds;

function parameterOfProduction(name: string): number {
  const [, value] = new RegExp(`^  ${name}: (\\d+)$`, 'm').exec(read('infra/main.prod.bicepparam')) ?? [];
  if (value === undefined) throw new Error(`infra/main.prod.bicepparam has no ${name}.`);
  return Number(value);
}

const { messagesPerMinute, recipientsPerDay } = limitsOf(config);

export const inputs = {
  messagesPerMinute,
  recipientsPerDay,
  retentionDays: config.mail.retentionDays,
  warmEverySeconds: config.warmEverySeconds,
  /** Of a message that goes at once. The get is shared by a batch of `batchSize`. */
  callsPerMessage: { tableTransactions: 2, gets: 1 / host.batchSize, deletes: 1 },
  /** In each transaction: the job's row and its mailbox's gate. */
  rowsPerTransaction: 2,
  /** More for a message that is given its turn: one transaction, a put on the due queue, another get and delete. */
  callsPerTurn: { tableTransactions: 1, puts: 1, gets: 1 / host.batchSize, deletes: 1 },
  /** At most so many of a queue are handled at a time by one instance. */
  atOnce: host.batchSize + host.newBatchThreshold,
  pollEverySeconds: pollHours * 3600 + pollMinutes * 60 + pollSeconds,
  queues: Object.keys(queues).length,
  /** From one renewal of a token to the next; the timer comes by each `warmEverySeconds`. */
  renewEverySeconds: renewFrom({ issuedAt: 0, expiresAt: tokenLife }, 2 * warmEvery, 0.5) / seconds,
  callsPerRenewal: { tableTransactions: 1, signatures: 1, tokenRequests: 1 },
  /** docs/warming.md measures and says so. */
  tenantsPerShard: 10_000,
  /** Of one run of the retention, an hour apart. */
  removalLanes: lanes,
  removalSeconds: partMilliseconds / seconds,
  removalsEverySeconds: (1 * hours) / seconds,
  instances: parameterOfProduction('maximumInstances'),
  instanceGigabytes: parameterOfProduction('instanceMemoryMB') / 1024,
  alwaysReadyHttp: parameterOfProduction('alwaysReadyHttp'),
};
