/**
 * The operations of Blob storage and their rights:
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-blob-service-operations.
 */

import { operation, type StorageOperation, type StorageRequest } from './operation.ts';

const service = 'blobServices';
const containers = `${service}/containers` as const;
const blobs = `${containers}/blobs` as const;

const write = `${blobs}/write` as const;
const add = `${blobs}/add/action` as const;
const protect = `${blobs}/immutableStorage/runAsSuperUser/action` as const;

/** By what is addressed, method and `comp`. */
const operations: Record<string, StorageOperation> = {
  'account GET list': operation('listContainers', `${containers}/read`),
  'account GET blobs': operation('findBlobsByTags', `${blobs}/filter/action`),
  'account POST batch': operation('blobBatch', `${containers}/write`),
  'account GET properties': operation('getBlobServiceProperties', `${service}/read`),
  'account PUT properties': operation('setBlobServiceProperties', `${service}/write`),
  'account GET stats': operation('getBlobServiceStats', `${service}/read`),
  'account POST userdelegationkey': operation('getUserDelegationKey', `${service}/generateUserDelegationKey/action`),
  'container PUT': operation('createContainer', `${containers}/write`),
  'container GET': operation('getContainerProperties', `${containers}/read`),
  'container DELETE': operation('deleteContainer', `${containers}/delete`),
  'container GET metadata': operation('getContainerMetadata', `${containers}/read`),
  'container PUT metadata': operation('setContainerMetadata', `${containers}/write`),
  'container GET acl': operation('getContainerAcl', `${containers}/getAcl/action`),
  'container PUT acl': operation('setContainerAcl', `${containers}/setAcl/action`),
  'container PUT lease': operation('leaseContainer', `${containers}/write`),
  'container PUT undelete': operation('restoreContainer', `${containers}/write`),
  'container GET list': operation('listBlobs', `${blobs}/read`),
  'container GET blobs': operation('findBlobsByTagsInContainer', `${blobs}/filter/action`),
  'container POST batch': operation('blobBatch', `${containers}/write`),
  'blob GET': operation('getBlob', `${blobs}/read`),
  'blob HEAD': operation('getBlobProperties', `${blobs}/read`),
  'blob PUT': operation('putBlob', write, add),
  'blob DELETE': operation('deleteBlob', `${blobs}/delete`),
  'blob PUT copy': operation('abortCopyBlob', write),
  'blob PUT block': operation('putBlock', write),
  'blob PUT blocklist': operation('putBlockList', write),
  'blob GET blocklist': operation('getBlockList', `${blobs}/read`),
  'blob PUT page': operation('putPage', write),
  'blob GET pagelist': operation('getPageRanges', `${blobs}/read`),
  'blob PUT appendblock': operation('appendBlock', write, add),
  'blob GET metadata': operation('getBlobMetadata', `${blobs}/read`),
  'blob PUT metadata': operation('setBlobMetadata', write),
  'blob PUT properties': operation('setBlobProperties', write),
  'blob GET tags': operation('getBlobTags', `${blobs}/tags/read`),
  'blob PUT tags': operation('setBlobTags', `${blobs}/tags/write`),
  'blob PUT lease': operation('leaseBlob', write),
  'blob PUT snapshot': operation('snapshotBlob', write, add),
  'blob PUT tier': operation('setBlobTier', write),
  'blob PUT expiry': operation('setBlobExpiry', write),
  'blob PUT undelete': operation('undeleteBlob', `${containers}/write`),
  'blob PUT legalhold': operation('setBlobLegalHold', `${containers}/write`),
  'blob PUT immutabilitypolicies': operation('setImmutabilityPolicy', protect),
  'blob DELETE immutabilitypolicies': operation('deleteImmutabilityPolicy', protect),
  'blob POST query': operation('queryBlobContents', `${blobs}/read`),
};

const accountInformation = operation('getAccountInformation', `${service}/getInfo/action`);
/** The reference tells whether it is `Put Blob From URL` by a header; the rights are the same. */
const copyBlob = operation('copyBlob', write, add);

/** What is no operation of the reference: only who may change blobs learns what the service says to it. */
const other = operation('other', [`${containers}/write`, write]);

export function blobOperation({ method, segments, query, headers }: StorageRequest): StorageOperation {
  const restype = query.get('restype')?.toLowerCase();
  if (restype === 'account') return accountInformation;
  const addressed = segments.length === 0 ? 'account' : restype === 'container' ? 'container' : 'blob';
  const comp = query.get('comp')?.toLowerCase() ?? '';
  if (addressed === 'blob' && method === 'PUT' && comp === '' && headers.has('x-ms-copy-source')) return copyBlob;
  const verb = method === 'HEAD' && (addressed !== 'blob' || comp !== '') ? 'GET' : method;
  return operations[`${addressed} ${verb} ${comp}`.trimEnd()] ?? other;
}
