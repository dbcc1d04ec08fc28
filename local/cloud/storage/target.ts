/**
 * Which table, queue or container a request is about: what a role may be narrowed to. What names none, such as the list of
 * all queues or the properties of a service, takes a role on the account.
 * https://learn.microsoft.com/azure/storage/tables/assign-azure-role-data-access, and the same page of queues and of blobs.
 */

import type { StorageRequest } from './operation.ts';
import type { StorageService } from './storage-error.ts';

/** `tables/tenants`, written as the scope of a role is; undefined for the account itself. */
export type StorageTarget = `${'tables' | 'queues' | 'containers'}/${string}` | undefined;

const byService: Record<StorageService, (request: StorageRequest) => StorageTarget> = {
  blob({ segments: [first, second], query }) {
    const restype = query.get('restype')?.toLowerCase();
    if (first === undefined || restype === 'account' || restype === 'service') return undefined;
    // A blob of one segment lies in the root container: .../naming-and-referencing-containers--blobs--and-metadata
    return second === undefined && restype !== 'container' ? 'containers/$root' : `containers/${first}`;
  },
  queue: ({ segments: [first] }) => (first === undefined ? undefined : `queues/${first}`),
  // The name of a table to be made stands in the body alone: whether a role on a table that is not there yet would do is
  // not documented, and it does not here.
  table({ segments: [first = ''] }) {
    const name = /^Tables\('([^']*)'\)$/.exec(first)?.[1] ?? /^([^$(]+)/.exec(first)?.[1];
    return name === undefined || name === 'Tables' ? undefined : `tables/${name}`;
  },
};

export const targetOf = (service: StorageService, request: StorageRequest): StorageTarget =>
  byService[service](request);
