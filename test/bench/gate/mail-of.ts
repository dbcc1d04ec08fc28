/** The mail of the two tenants: one's blast, and the other's single messages. */

import { setTimeout as sleep } from 'node:timers/promises';
import { customers } from '../../../local/cloud/seed.ts';
import { queues } from '../../../shared/names.ts';
import type { GateWorld } from './gate-world.ts';

const { contoso, fabrikam } = customers;

/** How many are put at a time. */
const lanes = 8;

/** Puts so many messages of one mailbox on the queue, never more at a time than the emulator bears. */
export async function feedBlast(
  world: GateWorld,
  messages: number,
  mostWaiting: number,
  say: (fed: number) => void,
): Promise<void> {
  const queue = world.storage.queue(queues.mailGraph);
  const before = world.dequeues.intake;
  let fed = 0;
  const feed = async (): Promise<void> => {
    while (fed < messages) {
      if (fed - (world.dequeues.intake - before) >= mostWaiting) {
        await sleep(50);
        continue;
      }
      fed += 1;
      const number = fed;
      await queue.sendMessage(jobText(contoso, `blast-${number}`));
      if (number % 100 === 0) say(number);
    }
  };
  await Promise.all(Array.from({ length: lanes }, feed));
}

/** @returns how long one message of the other tenant takes from the queue until Graph accepts it: milliseconds. */
export async function latencyOfOne(world: GateWorld): Promise<number> {
  const seen = acceptedOf(world, fabrikam).length;
  const began = Date.now();
  await world.storage.queue(queues.mailGraph).sendMessage(jobText(fabrikam, `single-${crypto.randomUUID()}`));
  for (;;) {
    const [accepted] = acceptedOf(world, fabrikam).slice(seen);
    if (accepted !== undefined) return accepted - began;
    if (Date.now() - began > 600_000) throw new Error('A single message was not sent in ten minutes.');
    await sleep(10);
  }
}

/** When each mail of the blast was accepted: epoch milliseconds. */
export const blastAccepted = (world: GateWorld): number[] => acceptedOf(world, contoso);

/** How often Graph answered 429. */
export function throttled({ cloud }: GateWorld): number {
  return cloud.journal.entries.filter(({ service, status }) => service === 'graph' && status === 429).length;
}

function acceptedOf({ cloud }: GateWorld, { id }: { id: string }): number[] {
  return cloud.journal.entries
    .filter((one) => one.operation === 'sendMail' && one.status === 202 && one.tenantId === id)
    .map(({ at }) => at);
}

function jobText({ id: tenant, domain }: { id: string; domain: string }, id: string): string {
  const mail = { from: `post@${domain}`, to: ['ada@customer.example'], subject: id, text: 'It works.' };
  return JSON.stringify({ version: 1, id, tenant, ...mail });
}
