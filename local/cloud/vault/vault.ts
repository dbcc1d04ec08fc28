/**
 * Key Vault's data plane, as far as the app goes: certificates read, digests signed, data keys wrapped. It is stricter
 * than convenient on purpose, because what passes here must pass in Azure.
 */

import { Hono, type HonoRequest } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { bearerToken } from '../tokens.ts';
import { requireApiVersion } from './api-version.ts';
import { authenticate, challenge } from './authentication.ts';
import { authorize } from './authorization.ts';
import { type Target, targetOf, unknownOperation } from './operations.ts';
import { invalidName, VaultError } from './vault-error.ts';

export function vault(cloud: CloudContext): Hono {
  const app = new Hono();
  app.all('*', async ({ req }) => {
    const target = targetOf(req.method, req.path);
    const bearer = bearerToken(req.header('authorization'));
    const journaled = { service: 'vault', operation: target.operation?.name ?? 'other' } as const;
    try {
      const body = await answer(cloud, req, target, bearer);
      cloud.journal.record({ ...journaled, status: 200 });
      return respond(req, 200, body);
    } catch (error) {
      const refusal = refusalOf(error);
      const { status, code, message, innerCode, reason } = refusal;
      const operation = bearer === undefined ? 'challenge' : journaled.operation;
      cloud.journal.record({ ...journaled, operation, status, code: innerCode ?? code, reason });
      const body = { error: { code, message, ...(innerCode !== undefined && { innererror: { code: innerCode } }) } };
      return respond(req, status, body, status === 401 ? { 'WWW-Authenticate': challenge(cloud) } : {});
    }
  });
  return app;
}

/** Who calls, in which version, for what, and may he: nobody without a token learns what is there. */
async function answer(
  cloud: CloudContext,
  req: HonoRequest,
  target: Target,
  bearer: string | undefined,
): Promise<unknown> {
  const { collection, name, version, operation } = target;
  const caller = await authenticate(cloud, bearer);
  requireApiVersion(new URL(req.url));
  if (name !== '' && !/^[0-9a-zA-Z-]{1,127}$/.test(name)) throw invalidName(name);
  if (operation === undefined) throw unknownOperation(req.method, target);
  authorize(cloud.state, caller, operation.action, name === '' ? collection : `${collection}/${name}`);
  return operation.answer({
    state: cloud.state,
    vaultUrl: cloud.urls.vault,
    name,
    version,
    body: () => req.json(),
  });
}

function refusalOf(error: unknown): VaultError['refusal'] {
  if (error instanceof VaultError) return error.refusal;
  // A fault of the simulator itself: said in the journal, with no stack on the wire.
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 500, code: 'InternalServerError', message: 'An internal server error occurred.', reason };
}

/** Headers as in the recordings of https://github.com/Azure/azure-sdk-for-js (sdk/keyvault). */
function respond(req: HonoRequest, status: number, body: unknown, more: Record<string, string> = {}): Response {
  const clientRequestId = req.header('x-ms-client-request-id');
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-cache',
    Pragma: 'no-cache',
    Expires: '-1',
    'x-ms-keyvault-region': 'westeurope',
    'x-ms-request-id': crypto.randomUUID(),
    'x-ms-keyvault-service-version': '1.9.3019.1',
    'x-ms-keyvault-network-info': 'conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;',
    'X-Content-Type-Options': 'nosniff',
    ...(clientRequestId !== undefined && { 'x-ms-client-request-id': clientRequestId }),
    ...more,
  };
  return new Response(JSON.stringify(body), { status, headers });
}
