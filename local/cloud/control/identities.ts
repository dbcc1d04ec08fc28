/** Managed identities and the roles that they have in the vault and the storage account. */

import type { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import type { ManagedIdentity } from '../state.ts';
import { vaultState } from '../state/vault.ts';
import { change } from './merge-patch.ts';
import { noSuch } from './problem.ts';
import { readJson } from './read-body.ts';
import { ok, part, resource } from './resource.ts';

const editable = vaultState.identities.element.omit({ clientId: true, principalId: true });

export function identityRoutes(app: Hono, { state }: CloudContext): void {
  resource(app, '/identities', { GET: (c) => ok(c, { identities: state.identities }) });
  resource(app, '/identities/:clientId', {
    GET: (c) => ok(c, requireIdentity(state.identities, part(c, 'clientId'))),
    PATCH: async (c) => {
      const identity = requireIdentity(state.identities, part(c, 'clientId'));
      change(identity, editable, await readJson(c));
      return ok(c, identity);
    },
  });
}

function requireIdentity(identities: readonly ManagedIdentity[], clientId: string): ManagedIdentity {
  const identity = identities.find((one) => one.clientId === clientId.toLowerCase());
  if (identity === undefined) throw noSuch('managed identity', clientId);
  return identity;
}
