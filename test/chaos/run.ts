/**
 * `npm run chaos`: some thousand mail jobs through several processes of the built bundle, while everything goes wrong that can.
 * At the end what arrived in the mailboxes of the local cloud is counted, by a mark in each subject, and held against the
 * outcomes.
 *
 * - delivered: jobs of which at least one reader has at least one copy.
 * - lost: accepted by the queue, not delivered, and without an outcome that says why: refused, failed, cancelled, unknown. A job
 *   whose outcome says `sent` and that nobody has is lost, and so is one that still waits when the time is over.
 * - duplicated: jobs of which one reader has more than one copy, however often the message was on the queue.
 * - unknown: jobs with this outcome, delivered or not.
 * - failed: jobs that were to arrive and ended as `failed` or `refused`.
 * - wrong: jobs that were delivered although they are malformed, of a tenant that did not consent, or cancelled with success;
 *   before their time; to some of their readers only; with other content; with an outcome that denies it; or that are unknown
 *   although they were to be sent exactly once.
 *
 * Exits with 0 only if lost, duplicated and wrong are 0, and with exactly-once unknown as well. A worker is killed at a named
 * step by the owner of the connection that came to it, which Linux alone tells; elsewhere these steps are missed.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { help, readArguments } from '../../local/arguments.ts';
import { type ChaosResult, runChaos } from './chaos.ts';
import { deliveries, digestOf, makePlan, type Plan, type PlanOptions } from './plan.ts';

const usage = `npm run chaos -- [--messages 10000] [--seed N] [--delivery standard|exactly-once|both]

Sends mail through the built bundle and the local cloud while processes are killed, connections cut and services down, and
counts what arrived. Writes test/results/chaos.json, and what the processes print to test/results/chaos.log.

  --messages N        mail jobs, 1000 if left out; 100 at least
  --seed N            decides jobs and faults; drawn if left out
  --delivery D        standard (the default), exactly-once, or both: each job says its own
  --instances N       processes of the send function, 3 if left out
  --seconds-limit N   a run that has not settled by then is counted as it stands; 1200 if left out
  --plan              prints what would be done, as JSON, and ends

Exits with 0 only if nothing was lost, duplicated or wrong, and with exactly-once nothing is unknown; else with 1.`;

const values = readArguments(usage, () =>
  parseArgs({
    options: {
      help,
      messages: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      delivery: { type: 'string', default: 'standard' },
      instances: { type: 'string', default: '3' },
      'seconds-limit': { type: 'string', default: '1200' },
      plan: { type: 'boolean', default: false },
    },
  }),
);

function refuse(message: string): never {
  console.error(message);
  console.error(`usage: ${usage.split('\n')[0]}`);
  process.exit(2);
}

function whole(name: 'messages' | 'seed' | 'instances' | 'seconds-limit', least: number, most: number): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least || value > most)
    refuse(`--${name} is a number from ${least} to ${most}`);
  return value;
}

function readOptions(): PlanOptions {
  const delivery =
    deliveries.find((one) => one === values.delivery) ?? refuse(`--delivery is ${deliveries.join(', ')}`);
  return { seed: whole('seed', 0, 2 ** 31), messages: whole('messages', 100, 100_000), delivery };
}

/** At most one a second. */
const say = (line: string): void => void process.stderr.write(`chaos: ${line}\n`);

function succeeded({ delivery, lost, duplicated, wrong, unknown }: ChaosResult): boolean {
  return lost === 0 && duplicated === 0 && wrong === 0 && (delivery !== 'exactly-once' || unknown === 0);
}

async function run(plan: Plan): Promise<void> {
  const { seed, messages, delivery } = plan;
  say(`seed ${seed}, ${messages} messages, ${delivery}, plan ${digestOf(plan)}: ${plan.events.length} events`);
  const folder = join(import.meta.dirname, '..', 'results');
  const result = await runChaos({
    plan,
    secondsLimit: whole('seconds-limit', 10, 86_400),
    instances: whole('instances', 1, 32),
    messageLockSeconds: 10,
    logFile: join(folder, 'chaos.log'),
    onProgress: say,
  });
  const file = join(folder, 'chaos.json');
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  const { complaints, killsByStep, faultsByName, codes, missed, ...figures } = result;
  console.table(figures);
  console.table({ ...killsByStep, ...faultsByName });
  for (const complaint of complaints.slice(0, 40)) say(complaint);
  if (missed.length > 0) say(`did not happen: ${missed.join('; ')}`);
  say(`kept in ${file}`);
  process.exitCode = succeeded(result) ? 0 : 1;
}

const plan = makePlan(readOptions());
if (values.plan) process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
else await run(plan);
