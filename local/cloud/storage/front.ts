/** What stands before Azurite: a caller who is not known or not allowed gets no further, and every request is noted. */

import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { CloudContext } from '../cloud.ts';
import type { Respond } from '../serve.ts';
import { audiencesOf, authenticate, authenticationFailed, type Refusal } from './authentication.ts';
import { type Forward, isBrokenOff } from './forward.ts';
import { type Asked, askedOf, operationOf } from './operations.ts';
import { mayDo } from './roles.ts';
import { storageErrorResponse, type StorageService } from './storage-error.ts';
import { type ReadBody, readTransaction } from './transaction.ts';
import { VerifiedTokens } from './verified-tokens.ts';

export function storageFront(cloud: CloudContext, service: StorageService, account: string, forward: Forward): Respond {
  const tokens = new VerifiedTokens(cloud, service, audiencesOf(service, account));
  return async (request, connection) => {
    const { incoming } = connection;
    const operation = operationOf(service, request);
    const isTransaction = operation.name === 'entityGroupTransaction';
    const body: ReadBody = isTransaction ? await readTransaction(connection) : connection;
    const asked = askedOf(service, request, isTransaction ? body.content : undefined);
    const admitted: Admitted = body.refused ? body : await admit(cloud, service, tokens, request, asked);
    const note = (status: number, code?: string | null, reason?: string): void =>
      cloud.journal.record({
        service,
        operation: operation.name,
        status,
        ...(typeof code === 'string' && { code }),
        ...(admitted.tenantId !== undefined && { tenantId: admitted.tenantId }),
        ...(reason !== undefined && { reason }),
      });
    if (admitted.refused) {
      const { status, code, reason } = admitted.refused;
      note(status, code, reason);
      await readToItsEnd(incoming);
      return storageErrorResponse(service, request, admitted.refused);
    }
    try {
      const answer = await forward(incoming, body.content);
      if (isOfWrongKey(request, answer)) {
        await answer.body?.cancel();
        const { status, code } = authenticationFailed;
        note(status, code, 'the signature is not of the account key');
        return storageErrorResponse(service, request, authenticationFailed);
      }
      note(answer.status, answer.headers.get('x-ms-error-code'));
      return answer;
    } catch {
      if (isBrokenOff(incoming)) note(0, undefined, 'the caller went away');
      else note(500, 'InternalError', 'Azurite did not answer');
      const message = 'The server encountered an internal error. Please retry the request.';
      return storageErrorResponse(service, request, { status: 500, code: 'InternalError', message });
    }
  };
}

interface Admitted {
  tenantId?: string;
  refused?: Refusal;
}

async function admit(
  cloud: CloudContext,
  service: StorageService,
  tokens: VerifiedTokens,
  request: Request,
  asked: readonly Asked[],
): Promise<Admitted> {
  const caller = await authenticate(cloud, service, tokens, request);
  if ('refused' in caller) return caller;
  const refused = isDecodable(request) ? undefined : invalidUri;
  if (caller.kind !== 'principal') return { ...(refused && { refused }) };
  const { tenantId, principalId } = caller;
  const denied = asked.find(({ operation, target }) => !mayDo(cloud.state, principalId, operation, target));
  if (denied) return { tenantId, refused: permissionMismatch(denied) };
  return { tenantId, ...(refused && { refused }) };
}

/** https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes. Azurite answers 500 to it. */
const invalidUri: Refusal = {
  status: 400,
  code: 'InvalidUri',
  message: 'The requested URI does not represent any resource on the server.',
  reason: 'the path cannot be decoded',
};

function isDecodable({ url }: Request): boolean {
  try {
    decodeURIComponent(new URL(url).pathname);
    return true;
  } catch {
    return false;
  }
}

/** As seen in https://github.com/Azure/kusto-copy/issues/79. It does not say which right is missing; the journal does. */
const permissionMismatch = ({ operation: { name, needs }, target }: Asked): Refusal => ({
  status: 403,
  code: 'AuthorizationPermissionMismatch',
  message: 'This request is not authorized to perform this operation using this permission.',
  reason: `no role allows ${name} on ${target ?? 'the account'}: it takes ${needs.map((set) => set.join(' and ')).join(', or ')}`,
});

/**
 * Azurite with tokens on says of a wrong key that the header is malformed; the service, that the signature is wrong:
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key.
 */
function isOfWrongKey(request: Request, answer: Response): boolean {
  const isByKey = request.headers.get('authorization')?.startsWith('SharedKey') === true;
  return isByKey && answer.headers.get('x-ms-error-code') === 'InvalidAuthenticationInfo';
}

/** A client that still writes when the answer comes sees a reset in its place. */
async function readToItsEnd(incoming: IncomingMessage): Promise<void> {
  incoming.resume();
  // A client that goes away in the middle needs no answer.
  await finished(incoming, { writable: false }).catch(() => {});
}
