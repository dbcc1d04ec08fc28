/**
 * One instance of the app, as far as the gate of one mailbox goes: workers that ask it to send, wait for their turn, send
 * for a while, and give their permit back. Its clock runs faster than the true one, so that minutes pass in seconds; it is
 * the same in every instance.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { storageClients } from '../../shared/adapters/storage/storage-clients.ts';
import { TableMailStore } from '../../shared/adapters/storage/table-mail-store.ts';
import { type Admission, enter, leave } from '../../shared/mail/gate/gate-state.ts';
import type { Change } from '../../shared/mail/mail-store.ts';
import { MailboxGate } from '../../shared/mail/gate/mailbox-gate.ts';
import { tables } from '../../shared/names.ts';
import { limits } from './gate.ts';
import { anOutcome } from './outcome.ts';
import { byKey, noCredential } from './storage-accounts.ts';

export const gateQuestion = z.object({
  connectionString: z.string(),
  tenantId: z.string(),
  mailbox: z.string(),
  /** All ask at once. */
  jobs: z.int(),
  /** Whether they come to their turns, or only ask once. */
  comesBack: z.boolean(),
  /** How long a send takes, by the fast clock: milliseconds. */
  sendTakes: z.number(),
  permitFor: z.number(),
  /** The fast clock's start, in epoch milliseconds of the true one, and how much faster it runs. */
  since: z.number(),
  speed: z.number(),
});
export type GateQuestion = z.infer<typeof gateQuestion>;

export const gateAnswer = z.object({
  /** What each job was told at last; of one that went, when it was let through and, by the true clock, from when to when. */
  jobs: z.array(
    z.union([z.object({ turn: z.number() }), z.object({ at: z.number(), from: z.number(), until: z.number() })]),
  ),
  commits: z.int(),
  refusedCommits: z.int(),
  reads: z.int(),
  asked: z.int(),
});
export type GateAnswer = z.infer<typeof gateAnswer>;

class CountingStore extends TableMailStore {
  commits = 0;
  refusedCommits = 0;
  reads = 0;

  override async commit(tenantId: string, changes: readonly Change[]) {
    this.commits += 1;
    const written = await super.commit(tenantId, changes);
    if (written === undefined) this.refusedCommits += 1;
    return written;
  }

  override readGate(tenantId: string, mailbox: string) {
    this.reads += 1;
    return super.readGate(tenantId, mailbox);
  }
}

async function work(question: GateQuestion): Promise<GateAnswer> {
  const { connectionString, tenantId, mailbox, since, speed } = question;
  const now = (): number => Math.round(since + (Date.now() - since) * speed);
  const wait = (milliseconds: number): Promise<void> => sleep(milliseconds / speed);
  const store = new CountingStore(storageClients(byKey(connectionString), noCredential).table(tables.mail));
  const gate = new MailboxGate(store, now, sleep);
  let asked = 0;

  async function ask(id: string, turn: number | undefined): Promise<Admission> {
    asked += 1;
    const change = await gate.change(tenantId, mailbox, (state, at) => {
      const about = { transport: 'graph', bytes: 1000, recipients: 1, permitUntil: at + question.permitFor } as const;
      const entered = enter(state, { ...about, turn }, at, limits);
      // As the flow does: the job's row is written with its turn, or its claim.
      const outcome = anOutcome({ tenantId, id: `${id}-${asked}`, mailbox, updatedAt: at });
      return { gate: entered.gate, changes: [{ kind: 'outcome', outcome }], result: entered.admission };
    });
    if (change.kind === 'conflict') throw new Error('Nobody else writes these rows.');
    return change.result;
  }

  async function run(): Promise<GateAnswer['jobs'][number]> {
    const id = crypto.randomUUID();
    for (let turn: number | undefined; ;) {
      const admission = await ask(id, turn);
      if (admission.kind === 'now') {
        await wait(Math.max(0, admission.at - now()));
        const from = Date.now();
        process.send?.('sending');
        await wait(question.sendTakes * (0.5 + Math.random()));
        const until = Date.now();
        const end = { changes: [], result: undefined };
        await gate.change(tenantId, mailbox, (state) => ({ ...end, gate: leave(state, admission.permit) }));
        return { at: admission.at, from, until };
      }
      turn = admission.turn;
      if (!question.comesBack) return { turn: admission.turn ?? 0 };
      // As the queue does, which hides a message for whole seconds.
      await wait(Math.max(0, Math.ceil((admission.at - now()) / 1000) * 1000));
    }
  }

  const jobs = await Promise.all(Array.from({ length: question.jobs }, run));
  const { commits, refusedCommits, reads } = store;
  return { jobs, commits, refusedCommits, reads, asked };
}

if (process.send !== undefined) {
  process.on('message', (message) => {
    void work(gateQuestion.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once('disconnect', () => process.exit(0));
  process.send('ready');
}
