/** A mailbox's gate as a row of the table `mail`: a few short texts, since each message of the mailbox rewrites it. */

import { z } from 'zod';
import { errorCodes } from '../../errors.ts';
import type { GateState, Hold, Permit } from '../../mail/gate/gate-state.ts';
import type { StoredGate } from '../../mail/mail-store.ts';
import { transportNames } from '../../mail/outcome.ts';
import type { Slice, WindowState } from '../../mail/gate/sliding-window.ts';
import { rowSchemas, schemaOf } from './row-schema.ts';

/** '!' cannot stand in a mail job's id, and sorts before everything that can. */
export const gatePrefix = '!gate ';

/**
 * An address may have characters that a row key may not:
 * https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
 */
export function gateKey(mailbox: string): string {
  const safe = [...Buffer.from(mailbox.toLowerCase())].map((octet) => {
    const character = String.fromCharCode(octet);
    return /[a-z0-9@._+-]/.test(character) ? character : `=${octet.toString(16).padStart(2, '0')}`;
  });
  return gatePrefix + safe.join('');
}

/** The address, lower case, that a row's key was made of. */
export function mailboxOf(rowKey: string): string {
  const octets = rowKey.slice(gatePrefix.length).replaceAll(/=([0-9a-f]{2})/g, '%$1');
  return decodeURIComponent(octets);
}

/**
 * `bucket.count bucket.count ...` in base 36, each bucket as the distance from the one before. Gaps and counts of ordinary
 * mail are one digit each.
 */
const window = z
  .string()
  .regex(/^(?:[0-9a-z]+(?:\.[0-9a-z]+)?(?: (?!$)|$))*$/)
  .transform((text): WindowState => {
    let bucket = 0;
    return text === ''
      ? []
      : text.split(' ').map((slice): Slice => {
          const [gap = '', count = '1'] = slice.split('.');
          bucket += parseInt(gap, 36);
          return { bucket, count: parseInt(count, 36) };
        });
  });

function windowText(state: WindowState): string {
  let before = 0;
  return state
    .map(({ bucket, count }) => {
      const gap = (bucket - before).toString(36);
      before = bucket;
      return count === 1 ? gap : `${gap}.${count.toString(36)}`;
    })
    .join(' ');
}

/** `id.transport.until ...` */
const permits = z.string().transform((text, context): Permit[] =>
  text === ''
    ? []
    : text.split(' ').map((permit) => {
        const [id = '', transport, until = ''] = permit.split('.');
        const name = transportNames.find((one) => one === transport);
        if (name === undefined) {
          context.addIssue({ code: 'custom', message: 'id.transport.until' });
          return z.NEVER;
        }
        return { id, transport: name, until: parseInt(until, 36) };
      }),
);

const row = z.object({
  etag: z.string(),
  schema: schemaOf('gate'),
  bookedMessages: window,
  bookedBytes: window,
  bookedRecipients: window,
  usedMessages: window,
  usedBytes: window,
  usedRecipients: window,
  lastTurn: z.date(),
  next: z.number(),
  waiting: z.number(),
  gapAt: z.date(),
  quotaTurn: z.date().optional(),
  permits,
  holdBy: z.enum(['operator', 'service']).optional(),
  holdSince: z.date().optional(),
  holdUntil: z.date().optional(),
  // A later version may have written a code that this one does not know: it holds the mailbox all the same.
  holdCode: z.enum(errorCodes).optional().catch('MAILBOX_HELD'),
  holdReason: z.string().optional(),
  // An earlier version wrote none.
  sentFiveMinutes: window.optional(),
  sentHours: window.optional(),
});

export const gateColumns: readonly string[] = Object.keys(row.shape).filter((name) => name !== 'etag');

export function gateRow(tenantId: string, mailbox: string, gate: GateState) {
  const { booked, used, lastTurn, next, waiting, gapAt, quotaTurn, permits: given, hold, sent } = gate;
  return {
    partitionKey: tenantId,
    rowKey: gateKey(mailbox),
    schema: rowSchemas.gate,
    bookedMessages: windowText(booked.messages),
    bookedBytes: windowText(booked.bytes),
    bookedRecipients: windowText(booked.recipients),
    usedMessages: windowText(used.messages),
    usedBytes: windowText(used.bytes),
    usedRecipients: windowText(used.recipients),
    lastTurn: new Date(lastTurn),
    next,
    waiting,
    gapAt: new Date(gapAt),
    permits: given.map(({ id, transport, until }) => `${id}.${transport}.${until.toString(36)}`).join(' '),
    ...(quotaTurn === undefined ? {} : { quotaTurn: new Date(quotaTurn) }),
    ...(hold === undefined ? {} : holdColumns(hold)),
    ...(sent && { sentFiveMinutes: windowText(sent.fiveMinutes), sentHours: windowText(sent.hours) }),
  };
}

/** @throws z.ZodError for a row that this version cannot read. */
export function readGateRow(entity: object): StoredGate {
  const { etag, lastTurn, next, waiting, gapAt, quotaTurn, permits: given, ...columns } = row.parse(entity);
  const { holdBy, holdSince, holdUntil, holdCode, holdReason } = columns;
  const { sentFiveMinutes, sentHours } = columns;
  const until = holdUntil === undefined ? {} : { until: holdUntil.getTime() };
  const reason = holdReason === undefined ? {} : { reason: holdReason };
  const hold: Hold | undefined = holdBy &&
    holdSince &&
    holdCode && { by: holdBy, since: holdSince.getTime(), ...until, code: holdCode, ...reason };
  return {
    etag,
    gate: {
      booked: { messages: columns.bookedMessages, bytes: columns.bookedBytes, recipients: columns.bookedRecipients },
      used: { messages: columns.usedMessages, bytes: columns.usedBytes, recipients: columns.usedRecipients },
      lastTurn: lastTurn.getTime(),
      next,
      waiting,
      gapAt: gapAt.getTime(),
      ...(quotaTurn === undefined ? {} : { quotaTurn: quotaTurn.getTime() }),
      permits: given,
      ...(hold === undefined ? {} : { hold }),
      ...(sentFiveMinutes && sentHours && { sent: { fiveMinutes: sentFiveMinutes, hours: sentHours } }),
    },
  };
}

function holdColumns({ by, since, until, code, reason }: Hold) {
  return {
    holdBy: by,
    holdSince: new Date(since),
    ...(until === undefined ? {} : { holdUntil: new Date(until) }),
    holdCode: code,
    ...(reason === undefined ? {} : { holdReason: reason }),
  };
}
