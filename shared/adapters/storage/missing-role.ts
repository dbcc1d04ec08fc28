/**
 * What storage refused for want of a role. The service names neither the table, queue or container nor the role, so both are
 * read from the request: https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes.
 */

import { isRestError } from '@azure/storage-queue';
import { queues } from '../../names.ts';
import type { MissingRole } from '../missing-role.ts';

/** @returns undefined for every other failure, a firewall's 403 among them, which is `AuthorizationFailure`. */
export function missingRoleIn(error: unknown): MissingRole | undefined {
  if (!isRestError(error) || error.statusCode !== 403 || error.request === undefined) return undefined;
  const codes = [error.code, error.response?.headers.get('x-ms-error-code')];
  if (!codes.includes('AuthorizationPermissionMismatch')) return undefined;
  const { method, url, body, headers } = error.request;
  // On an emulator no address tells which service it is. The name of the client does:
  // https://azure.github.io/azure-sdk/general_azurecore.html#telemetry-policy
  const client = /azsdk-js-(?:azure-)?([a-z-]+)\//.exec(headers.get('user-agent') ?? '')?.[1];
  switch (client) {
    case 'data-tables':
      return { on: `table ${tableIn(url, body)}`, role: 'Storage Table Data Contributor' };
    case 'storage-queue':
      return { on: `queue ${firstPart(url)}`, role: queueRole(firstPart(url), method) };
    case 'storage-blob':
      return { on: `container ${firstPart(url)}`, role: 'Storage Blob Data Owner' };
    default:
      return undefined;
  }
}

/** Any other queue than ours is the one for events, which are put there and counted. */
function queueRole(name: string, method: string): string {
  if (Object.values<string>(queues).includes(name)) return 'Storage Queue Data Contributor';
  return method === 'POST' ? 'Storage Queue Data Message Sender' : 'Storage Queue Data Reader';
}

/** A transaction is posted to all tables; each request in it names its own, the same for all. */
function tableIn(url: string, body: unknown): string {
  const named = firstPart(url);
  const inside = named === '$batch' ? /^[A-Z]+ (https?:\S+) HTTP\/1\.1/m.exec(String(body))?.[1] : undefined;
  return (inside === undefined ? named : firstPart(inside)).replace(/\(.*/, '');
}

/** Of the path; on an emulator what follows the account, which has no host of its own there. */
function firstPart(url: string): string {
  const { hostname, pathname } = new URL(url);
  const [first = '', second = ''] = pathname.split('/').slice(1);
  return /^[\d.]+$|^localhost$/.test(hostname) ? second : first;
}
