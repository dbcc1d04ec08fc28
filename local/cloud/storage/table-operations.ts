/**
 * The operations of Table storage and their rights:
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-table-service-operations.
 */

import { operation, type StorageOperation, type StorageRequest } from './operation.ts';

const service = 'tableServices';
const tables = `${service}/tables` as const;
const entities = `${tables}/entities` as const;

/** By what is addressed, method and `comp`. */
const operations: Record<string, StorageOperation> = {
  'account GET properties': operation('getTableServiceProperties', `${service}/read`),
  'account PUT properties': operation('setTableServiceProperties', `${service}/write`),
  'account GET stats': operation('getTableServiceStats', `${service}/read`),
  // Each part has its own rights, and they are asked for one by one. These are for a body that has no parts to be found.
  'batch POST': operation('entityGroupTransaction', [`${entities}/write`, `${entities}/delete`]),
  'tables GET': operation('queryTables', `${tables}/read`),
  'tables POST': operation('createTable', `${tables}/write`),
  'tables DELETE': operation('deleteTable', `${tables}/delete`),
  'table GET': operation('queryEntities', `${entities}/read`),
  'table POST': operation('insertEntity', `${entities}/write`, `${entities}/add/action`),
  'table GET acl': operation('getTableAcl', `${tables}/getAcl/action`),
  'table PUT acl': operation('setTableAcl', `${tables}/setAcl/action`),
  'entity GET': operation('queryEntities', `${entities}/read`),
  'entity PUT': operation('updateEntity', `${entities}/write`, `${entities}/update/action`),
  'entity MERGE': operation('mergeEntity', `${entities}/write`, `${entities}/update/action`),
  'entity DELETE': operation('deleteEntity', `${entities}/delete`),
};

/** Without `If-Match` the same methods make what is not there. */
const upserts: Record<string, StorageOperation> = {
  'entity PUT': upsert('insertOrReplaceEntity'),
  'entity MERGE': upsert('insertOrMergeEntity'),
};

function upsert(name: string): StorageOperation {
  return operation(name, `${entities}/write`, [`${entities}/add/action`, `${entities}/update/action`]);
}

/** What is no operation of the reference: only who may change tables learns what the service says to it. */
const other = operation('other', [`${tables}/write`, `${entities}/write`]);

export function tableOperation({ method, segments, query, headers }: StorageRequest): StorageOperation {
  if (segments.length > 1) return other;
  const verb = method === 'HEAD' ? 'GET' : method === 'PATCH' ? 'MERGE' : method;
  const key = `${addressed(segments[0])} ${verb} ${query.get('comp')?.toLowerCase() ?? ''}`.trimEnd();
  return (headers.has('if-match') ? undefined : upserts[key]) ?? operations[key] ?? other;
}

function addressed(segment: string | undefined): string {
  if (segment === undefined) return 'account';
  if (segment === '$batch') return 'batch';
  if (/^Tables(\(.*\))?$/.test(segment)) return 'tables';
  return /\([^)]/.test(segment) ? 'entity' : 'table';
}
