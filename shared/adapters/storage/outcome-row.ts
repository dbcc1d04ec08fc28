/** An outcome as a row of the table `mail`. */

import { z } from 'zod';
import { errorCodes } from '../../errors.ts';
import { type Outcome, outcomeStates, type StoredOutcome, transportNames } from '../../mail/outcome.ts';
import { rowSchemas, schemaOf } from './row-schema.ts';

const at = z.date().transform((date) => date.getTime());

const row = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  etag: z.string(),
  schema: schemaOf('outcome'),
  state: z.enum(outcomeStates),
  transport: z.enum(transportNames),
  fingerprint: z.string(),
  tries: z.number(),
  createdAt: at,
  updatedAt: at,
  endedAt: at.optional(),
  // A later version may have written a code that this one does not know.
  code: z.enum(errorCodes).optional().catch(undefined),
  field: z.string().optional(),
  expected: z.string().optional(),
  notBefore: at.optional(),
  mailbox: z.string().optional(),
  draftId: z.string().optional(),
  draftStep: z.enum(['attaching', 'submitting']).optional(),
  draftAttached: z.number().optional(),
  uploadUrl: z.string().optional(),
  uploadNext: z.number().optional(),
  resends: z.number().optional(),
  hadFailed: z.boolean().optional(),
  requestId: z.string().optional(),
  serviceCode: z.string().optional(),
});

export const outcomeColumns: readonly string[] = Object.keys(row.shape);

/** Times are dates of the table, so that people can read them and a filter compares them as times. */
export function outcomeRow({ tenantId, id, progress, ...facts }: Outcome) {
  const { createdAt, updatedAt, endedAt, notBefore, ...others } = facts;
  return {
    partitionKey: tenantId,
    rowKey: id,
    schema: rowSchemas.outcome,
    ...others,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt) }),
    ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore) }),
    ...(progress === undefined ? {} : draftColumns(progress)),
  };
}

/** @throws z.ZodError for a row that this version cannot read. */
export function readOutcome(entity: object): StoredOutcome {
  const { partitionKey, rowKey, etag, schema: _, ...columns } = row.parse(entity);
  const { draftId, draftStep, draftAttached, uploadUrl, uploadNext, ...facts } = columns;
  const progress = draftId !== undefined && draftStep !== undefined && draftAttached !== undefined;
  const upload = uploadUrl !== undefined && uploadNext !== undefined;
  return {
    etag,
    outcome: {
      tenantId: partitionKey,
      id: rowKey,
      ...present(facts),
      ...(progress
        ? {
            progress: {
              draftId,
              step: draftStep,
              attached: draftAttached,
              ...(upload ? { upload: { sealedUrl: uploadUrl, next: uploadNext } } : {}),
            },
          }
        : {}),
    },
  };
}

function draftColumns({ draftId, step, attached, upload }: NonNullable<Outcome['progress']>) {
  return {
    draftId,
    draftStep: step,
    draftAttached: attached,
    ...(upload === undefined ? {} : { uploadUrl: upload.sealedUrl, uploadNext: upload.next }),
  };
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the columns that are not there. */
function present<T extends object>(columns: T): Present<T> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)) as Present<T>;
}
