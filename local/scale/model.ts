/** The arithmetic of docs/scale.md. */

import { assumed, limits, prices } from './assumptions.ts';
import { inputs } from './inputs.ts';

export interface Load {
  readonly tenants: number;
  readonly messagesPerDay: number;
}

export const loads: readonly Load[] = [10, 1000, 100_000].flatMap((tenants) =>
  [10_000, 100_000, 1_000_000, 10_000_000].map((messagesPerDay) => ({ tenants, messagesPerDay })),
);

const secondsOfDay = 86_400;

/** Messages a second in the busiest hour. */
export const peakOf = ({ messagesPerDay }: Load): number => (messagesPerDay * assumed.shareOfBusiestHour) / 3600;

/**
 * How many mailboxes each tenant has to send from: for the day's recipients, and for the messages of a minute. Microsoft's
 * limits, which no setting of ours can move.
 */
export function mailboxesOf(load: Load): number {
  const recipients = (load.messagesPerDay / load.tenants) * assumed.recipientsPerMail;
  const minute = (peakOf(load) / load.tenants) * 60;
  return Math.max(1, Math.ceil(recipients / inputs.recipientsPerDay), Math.ceil(minute / inputs.messagesPerMinute));
}

/**
 * How many licences each tenant needs where all recipients are outside of it: 500 * licences^0.7 + 9,500 in a day, by
 * https://techcommunity.microsoft.com/blog/exchange/introducing-exchange-online-tenant-outbound-email-limits/4372797
 */
export function licencesOf({ tenants, messagesPerDay }: Load): number {
  const recipients = (messagesPerDay / tenants) * assumed.recipientsPerMail;
  return recipients <= 10_000 ? 1 : Math.ceil(((recipients - 9500) / 500) ** (1 / 0.7));
}

const { callsPerMessage, callsPerTurn, callsPerRenewal } = inputs;
const turns = assumed.shareGivenTurn;
const tableCallsPerMessage = callsPerMessage.tableTransactions + turns * callsPerTurn.tableTransactions;
/** With the producer's own put. */
const queueCallsPerMessage =
  1 +
  callsPerMessage.gets +
  callsPerMessage.deletes +
  turns * (callsPerTurn.puts + callsPerTurn.gets + callsPerTurn.deletes);

export const renewalsPerSecond = ({ tenants }: Load): number => tenants / inputs.renewEverySeconds;
export const instancesOf = (load: Load): number =>
  Math.ceil((peakOf(load) * (1 + turns) * assumed.secondsPerMessage) / inputs.atOnce);
export const shardsOf = ({ tenants }: Load): number => Math.ceil(tenants / inputs.tenantsPerShard);

/** Mail of a day that the retention can remove in a day, one row each. */
export const removalsPerDay =
  ((inputs.removalLanes / assumed.secondsPerRemoval) * inputs.removalSeconds * secondsOfDay) /
  inputs.removalsEverySeconds;

/** How much of each limit the busiest hour takes. */
export function useOf(load: Load): Readonly<Record<LimitName, number>> {
  const peak = peakOf(load);
  const rows = peak * tableCallsPerMessage * inputs.rowsPerTransaction + renewalsPerSecond(load);
  return {
    graph: peak / limits.graphRequestsPerSecond,
    partition: (peak * tableCallsPerMessage * inputs.rowsPerTransaction) / load.tenants / limits.partitionRowsPerSecond,
    tables: rows / limits.tableRowsPerSecond,
    queue: peak / limits.queueMessagesPerSecond,
    account: (peak * (tableCallsPerMessage + queueCallsPerMessage)) / limits.accountRequestsPerSecond,
    vault: (renewalsPerSecond(load) * callsPerRenewal.signatures) / limits.signaturesPerSecond,
    instances: instancesOf(load) / Math.min(inputs.instances, (limits.coresOfRegion * 2) / inputs.instanceGigabytes),
    retention: load.messagesPerDay / removalsPerDay,
  };
}

export type LimitName = 'graph' | 'partition' | 'tables' | 'queue' | 'account' | 'vault' | 'instances' | 'retention';

/** Dollars a month. */
export interface Cost {
  readonly functions: number;
  readonly tables: number;
  readonly queues: number;
  readonly polling: number;
  readonly vault: number;
  readonly logs: number;
}

export function costOf(load: Load): Cost {
  const { daysOfMonth } = assumed;
  const messages = load.messagesPerDay * daysOfMonth;
  const renewals = renewalsPerSecond(load) * secondsOfDay * daysOfMonth;
  const runs = ((secondsOfDay * daysOfMonth) / inputs.warmEverySeconds) * shardsOf(load);
  // A run reads its tenants and their tokens, a thousand rows a request.
  const reads = runs * (1 + (2 * load.tenants) / shardsOf(load) / 1000);
  // Written, removed once, and removed one by one.
  const tableCalls = messages * (tableCallsPerMessage + 1) + renewals * callsPerRenewal.tableTransactions + reads;
  const gigabytes = (load.messagesPerDay * inputs.retentionDays * assumed.kilobytesPerOutcome) / 1e6;
  const logs = (messages * assumed.kilobytesOfTelemetry) / 1e6;
  return {
    functions: functionsOf(load, messages, runs),
    tables: (tableCalls / 10_000) * prices.tenThousandTableCalls + gigabytes * prices.tableGigabyteMonth,
    queues: ((messages * queueCallsPerMessage) / 10_000) * prices.tenThousandQueueCalls,
    polling: pollingOf(inputs.pollEverySeconds),
    vault: ((renewals * callsPerRenewal.signatures) / 10_000) * prices.tenThousandVaultCalls,
    logs: Math.max(0, logs - prices.freeLogGigabytes) * prices.logGigabyte,
  };
}

/** Of queues that are empty and looked at all the same, by one instance each that never leaves. */
export function pollingOf(everySeconds: number): number {
  const polls = ((inputs.queues * secondsOfDay) / everySeconds) * assumed.daysOfMonth;
  return (polls / 10_000) * prices.tenThousandQueueCalls;
}

/**
 * An instance is paid for while it runs something, however many messages at a time: the share of time in which at least one of
 * its messages is under way, for messages that come by chance.
 */
function functionsOf({ messagesPerDay }: Load, messages: number, runs: number): number {
  const underWay = ((messagesPerDay * (1 + turns)) / secondsOfDay) * assumed.secondsPerMessage;
  const instances = Math.max(1, Math.ceil(underWay / inputs.atOnce));
  const busy = instances * (1 - Math.exp(-underWay / instances));
  const month = secondsOfDay * assumed.daysOfMonth;
  // A run of the timer with a tenth to renew takes some 16 seconds, by docs/warming.md.
  const gigabyteSeconds = (busy * month + runs * 16) * inputs.instanceGigabytes;
  const executions = messages * (1 + turns) + runs;
  return (
    Math.max(0, gigabyteSeconds - prices.freeGigabyteSeconds) * prices.gigabyteSecond +
    (Math.max(0, executions - prices.freeExecutions) / 1e6) * prices.millionExecutions +
    inputs.alwaysReadyHttp * inputs.instanceGigabytes * month * prices.alwaysReadyGigabyteSecond
  );
}
