/**
 * The operations of Queue storage and their rights:
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-queue-service-operations.
 */

import { operation, type StorageOperation, type StorageRequest } from './operation.ts';

const service = 'queueServices';
const queues = `${service}/queues` as const;
const messages = `${queues}/messages` as const;

/** By what is addressed, method and `comp`. */
const operations: Record<string, StorageOperation> = {
  'account GET list': operation('listQueues', `${queues}/read`),
  'account GET properties': operation('getQueueServiceProperties', `${service}/read`),
  // The reference has read here as well.
  'account PUT properties': operation('setQueueServiceProperties', `${service}/read`),
  'account GET stats': operation('getQueueServiceStats', `${service}/read`),
  'queue PUT': operation('createQueue', `${queues}/write`),
  'queue DELETE': operation('deleteQueue', `${queues}/delete`),
  'queue GET metadata': operation('getQueueMetadata', `${queues}/read`),
  'queue PUT metadata': operation('setQueueMetadata', `${queues}/write`),
  'queue GET acl': operation('getQueueAcl', `${queues}/getAcl/action`),
  'queue PUT acl': operation('setQueueAcl', `${queues}/setAcl/action`),
  'messages POST': operation('putMessage', `${messages}/add/action`, `${messages}/write`),
  'messages GET': operation('getMessages', `${messages}/process/action`, [`${messages}/delete`, `${messages}/read`]),
  'messages GET peek': operation('peekMessages', `${messages}/read`),
  'messages DELETE': operation('clearMessages', `${messages}/delete`),
  'message PUT': operation('updateMessage', `${messages}/write`),
  'message DELETE': operation('deleteMessage', `${messages}/process/action`, `${messages}/delete`),
};

/** What is no operation of the reference: only who may change queues learns what the service says to it. */
const other = operation('other', [`${queues}/write`, `${messages}/write`]);

export function queueOperation({ method, segments, query }: StorageRequest): StorageOperation {
  const addressed = ['account', 'queue', 'messages', 'message'][segments.length];
  if (addressed === undefined || (segments.length > 1 && segments[1] !== 'messages')) return other;
  const peek = addressed === 'messages' && query.get('peekonly')?.toLowerCase() === 'true';
  const comp = peek ? 'peek' : (query.get('comp')?.toLowerCase() ?? '');
  const key = `${addressed} ${method === 'HEAD' ? 'GET' : method} ${comp}`.trimEnd();
  return operations[key] ?? other;
}
