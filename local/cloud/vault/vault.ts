/**
 * Key Vault's data plane: certificates, keys and secrets with their versions. It is stricter than convenient on purpose,
 * because what passes here must pass in Azure.
 */

import { Hono, type HonoRequest } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { readAtMost } from '../read-at-most.ts';
import { bearerToken } from '../tokens.ts';
import { keySizeOf } from './add-key.ts';
import { requireApiVersion } from './api-version.ts';
import { authenticate } from './authentication.ts';
import { authorize } from './authorization.ts';
import { endDeletions } from './deletions.ts';
import { newestOf, versionsOf } from './objects.ts';
import { type Target, targetOf, unknownOperation } from './operations.ts';
import { completeCertificates } from './pending-certificates.ts';
import { Throttle, type Transaction } from './throttle.ts';
import { invalidName, VaultError } from './vault-error.ts';
import { MOST_BYTES, type VaultAnswer } from './vault-request.ts';
import { vaultResponse } from './vault-response.ts';

export function vault(cloud: CloudContext): Hono {
  const app = new Hono();
  const throttle = new Throttle();
  app.all('*', async ({ req }) => {
    const target = targetOf(req.method, req.path);
    const bearer = bearerToken(req.header('authorization'));
    const journaled = { service: 'vault', operation: target.operation?.name ?? 'other' } as const;
    try {
      const { status, body, headers } = await answer(cloud, throttle, req, target, bearer);
      cloud.journal.record({ ...journaled, status });
      return vaultResponse(req.raw, status, body, headers);
    } catch (error) {
      const { status, code, message, innerCode, headers, reason } = refusalOf(error);
      const operation = bearer === undefined ? 'challenge' : journaled.operation;
      cloud.journal.record({ ...journaled, operation, status, code: innerCode ?? code, reason });
      const body = { error: { code, message, ...(innerCode !== undefined && { innererror: { code: innerCode } }) } };
      return vaultResponse(req.raw, status, body, headers);
    }
  });
  return app;
}

/** Who calls, in which version, for what, and may he: nobody without a token learns what is there. */
async function answer(
  cloud: CloudContext,
  throttle: Throttle,
  req: HonoRequest,
  target: Target,
  bearer: string | undefined,
): Promise<VaultAnswer> {
  const { collection, name, version, operation } = target;
  const { state } = cloud;
  const body = await readAtMost(req.raw, MOST_BYTES);
  const caller = await authenticate(cloud, bearer);
  const url = new URL(req.url);
  requireApiVersion(url);
  if (name !== '' && !/^[0-9a-zA-Z-]{1,127}$/.test(name)) throw invalidName(name);
  if (operation === undefined) throw unknownOperation(target);
  const now = cloud.now('vault');
  authorize(state, caller, operation.action, name === '' ? collection : `${collection}/${name}`, now);
  throttle.admit(transactionOf(cloud, target), state.vault?.limits ?? {}, now);
  completeCertificates(state, now);
  endDeletions(state, now);
  return operation.answer({
    state,
    now,
    vaultUrl: cloud.urls.vault,
    path: url.pathname.replace(/^\/+/, ''),
    query: url.searchParams,
    collection,
    name,
    version,
    body,
  });
}

/** What a request counts as for the vault's limits. Keys count by their size, and making one as something of its own. */
function transactionOf({ state }: CloudContext, { root, name, operation }: Target): Transaction {
  if (operation?.name === 'createKey' || operation?.name === 'rotateKey') return 'createKey';
  if (operation?.name === 'setSecret') return 'createSecret';
  if (root !== 'keys') return 'other';
  const size = keySizeOf(newestOf(versionsOf(state.vaultKeys, name))?.jwk ?? { kty: 'RSA' });
  if (size === 4096) return 'rsa4096';
  return size === 3072 ? 'rsa3072' : 'rsa2048';
}

function refusalOf(error: unknown): VaultError['refusal'] {
  if (error instanceof VaultError) return error.refusal;
  // A fault of the simulator itself: said in the journal, with no stack on the wire.
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 500, code: 'InternalServerError', message: 'An internal server error occurred.', reason };
}
