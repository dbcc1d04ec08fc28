/** Puts the fault panel and the journal before a server that answers one command after the other: IMAP and POP. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudContext } from '../cloud.ts';
import type { FaultTarget, Hit } from '../faults/fault-panel.ts';
import type { Fault } from '../faults/fault-rule.ts';
import type { LineConnection } from './line-connection.ts';

/** What a server answers to one command, whole: what a fault may hold back. */
export interface Answer {
  ok: boolean;
  output: readonly (string | Uint8Array)[];
  /** The connection ends after it. */
  closes?: boolean;
  /** For the journal, where the command says something about the session. */
  entry?: { status: number; code?: string; reason?: string; tenantId?: string; mailbox?: string };
}

export interface Command extends FaultTarget {
  run(): Promise<Answer>;
  /** The line of a fault in the form of this command's answer: IMAP puts the tag before it. */
  asReply(text: string): string;
}

/** Whether the connection goes on. */
export async function answerCommand(
  cloud: CloudContext,
  connection: LineConnection,
  command: Command,
): Promise<boolean> {
  const { service, operation, tenantId, mailbox } = command;
  const target = { service, operation, tenantId, mailbox };
  const hit = cloud.faults.take(target);
  const { fault } = hit ?? {};
  if (hit !== undefined && fault !== undefined && isBefore(fault)) {
    if (fault.kind !== 'slow') {
      record(cloud, target, { ...factsOf(target), status: 0, reason: `fault: ${fault.kind}` }, hit);
      return carryOut(connection, fault, command);
    }
    await sleep(fault.milliseconds);
  }
  const answer = await command.run();
  // A slow command is slow whatever comes of it; what is to happen after a success happens after a success only.
  const struck = hit !== undefined && fault !== undefined && (isBefore(fault) || answer.ok) ? fault : undefined;
  if (struck === undefined) hit?.release();
  if (answer.entry ?? struck) record(cloud, target, answer.entry ?? { ...factsOf(target), status: 200 }, struck && hit);
  if (struck !== undefined && struck.kind !== 'slow') return carryOut(connection, struck, command);
  if (struck?.kind === 'slow' && struck.when === 'after') await sleep(struck.milliseconds);
  for (const part of answer.output) await connection.write(part);
  return answer.closes !== true;
}

const isBefore = (fault: Fault): boolean => !('when' in fault) || fault.when === 'before';

async function carryOut(connection: LineConnection, fault: Fault, command: Command): Promise<boolean> {
  switch (fault.kind) {
    case 'reply':
      await connection.write(`${command.asReply(fault.text)}\r\n`);
      return true;
    case 'silence':
      await connection.closed;
      return false;
    default:
      connection.reset();
      return false;
  }
}

const factsOf = ({ tenantId, mailbox }: FaultTarget) => ({
  ...(tenantId !== undefined && { tenantId }),
  ...(mailbox !== undefined && { mailbox }),
});

function record(
  cloud: CloudContext,
  { service, operation }: FaultTarget,
  entry: NonNullable<Answer['entry']>,
  hit: Hit | undefined,
): void {
  cloud.journal.record({ service, operation, ...entry, ...(hit && { fault: hit.id }) });
}
