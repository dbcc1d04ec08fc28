/** The storage account before the fault panel: what a request asks for, and how a fault looks when the service tells it. */

import type { CloudContext } from '../cloud.ts';
import type { FaultSurface } from '../faults/http-faults.ts';
import { challenge } from './authentication.ts';
import { operationOf } from './operations.ts';
import { storageErrorResponse, type StorageService } from './storage-error.ts';

/**
 * https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes; `The server is busy.` is what it really
 * says: https://github.com/microsoft/vscode-azurestorage/issues/502.
 */
const messages: Record<string, string> = {
  InternalError: 'The server encountered an internal error. Please retry the request.',
  OperationTimedOut: 'The operation could not be completed within the permitted time.',
  ServerBusy: 'The server is busy.',
  AuthorizationFailure: 'This request is not authorized to perform this operation.',
  ResourceNotFound: 'The specified resource does not exist.',
  InvalidAuthenticationInfo:
    'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
};

const codes: Record<number, string> = {
  401: 'InvalidAuthenticationInfo',
  403: 'AuthorizationFailure',
  404: 'ResourceNotFound',
  500: 'InternalError',
  503: 'ServerBusy',
};

export const storageFaults = (cloud: CloudContext, service: StorageService): FaultSurface => ({
  describe: (request) => ({ operation: operationOf(service, request).name }),
  refuse(request, { status, ...fault }) {
    const code = fault.code ?? codes[status] ?? 'InternalError';
    const message = fault.message ?? messages[code] ?? code;
    const headers = status === 401 ? { 'www-authenticate': challenge(cloud) } : {};
    return storageErrorResponse(service, request, { status, code, message, headers });
  },
});
