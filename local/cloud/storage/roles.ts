/** What the built-in roles of Storage allow: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage. */

import type { CloudState, StorageRole } from '../state.ts';
import { roleAndScope } from '../state/azure-roles.ts';
import type { StorageAction, StorageOperation } from './operation.ts';
import type { StorageTarget } from './target.ts';

const containers = 'blobServices/containers';
const userDelegationKey = 'blobServices/generateUserDelegationKey/action';
const queues = 'queueServices/queues';
const tables = 'tableServices/tables';

/** Actions and data actions together: a role of this list never has one without the other. `*` ends a prefix. */
const granted: Record<StorageRole, readonly StorageAction[]> = {
  'Storage Blob Data Owner': [`${containers}/*`, userDelegationKey],
  'Storage Blob Data Contributor': [
    `${containers}/delete`,
    `${containers}/read`,
    `${containers}/write`,
    userDelegationKey,
    `${containers}/blobs/delete`,
    `${containers}/blobs/read`,
    `${containers}/blobs/write`,
    `${containers}/blobs/move/action`,
    `${containers}/blobs/add/action`,
  ],
  'Storage Blob Data Reader': [`${containers}/read`, userDelegationKey, `${containers}/blobs/read`],
  'Storage Queue Data Contributor': [
    `${queues}/delete`,
    `${queues}/read`,
    `${queues}/write`,
    `${queues}/messages/delete`,
    `${queues}/messages/read`,
    `${queues}/messages/write`,
    `${queues}/messages/process/action`,
  ],
  'Storage Queue Data Reader': [`${queues}/read`, `${queues}/messages/read`],
  // It may not change a message: a trigger with this role alone can neither hide one for longer nor put one back.
  'Storage Queue Data Message Processor': [`${queues}/messages/read`, `${queues}/messages/process/action`],
  'Storage Queue Data Message Sender': [`${queues}/messages/add/action`],
  'Storage Table Data Contributor': [
    `${tables}/read`,
    `${tables}/write`,
    `${tables}/delete`,
    `${tables}/entities/read`,
    `${tables}/entities/write`,
    `${tables}/entities/delete`,
    `${tables}/entities/add/action`,
    `${tables}/entities/update/action`,
  ],
  'Storage Table Data Reader': [`${tables}/read`, `${tables}/entities/read`],
};

/**
 * Whether the roles of the identity allow it there. They are found by its object id, never by a token's `roles`: application
 * permissions say nothing about a storage account.
 */
export function mayDo(state: CloudState, oid: string, { needs }: StorageOperation, target: StorageTarget): boolean {
  const identity = state.identities.find(({ principalId }) => principalId === oid);
  if (identity === undefined) return false;
  const { storageRoles } = identity;
  if (storageRoles === undefined) return true;
  const held = storageRoles
    .map(roleAndScope)
    .filter(({ scope }) => scope === undefined || scope.toLowerCase() === target?.toLowerCase())
    .flatMap(({ role }) => granted[role]);
  const has = (action: StorageAction): boolean => held.some((one) => covers(one, action));
  return needs.some((set) => set.every(has));
}

function covers(held: StorageAction, action: StorageAction): boolean {
  return held.endsWith('*') ? action.startsWith(held.slice(0, -1)) : held === action;
}
