/** The vault from outside: names, versions and times, and new versions of what is in it. No key, no secret. */

import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { addCertificateVersion } from '../vault/add-certificate-version.ts';
import { addKey, keyOperations } from '../vault/add-key.ts';
import { describeVault, type VaultDescription } from '../vault/describe-vault.ts';
import { setSecret } from '../vault/set-secret.ts';
import { readBody } from './read-body.ts';
import { created, ok, resource } from './resource.ts';

const name = z.string().regex(/^[0-9a-zA-Z-]{1,127}$/, 'must be letters, digits and hyphens, 127 at most');
const newCertificate = z.strictObject({
  name,
  exportable: z.boolean().exactOptional(),
  keySize: z.int().exactOptional(),
  subject: z.string().exactOptional(),
  validityDays: z.int().min(-3650).max(36_500).exactOptional(),
});
const newKey = z.strictObject({
  name,
  keySize: z.int().exactOptional(),
  operations: z.array(z.enum(keyOperations)).exactOptional(),
});
const newSecret = z.strictObject({ name, value: z.string(), contentType: z.string().exactOptional() });

export function vaultRoutes(app: Hono, cloud: CloudContext): void {
  const { state } = cloud;
  const now = (): number => cloud.now('vault');
  resource(app, '/vault', {
    GET: (c) => ok(c, vaultOf(cloud) ?? { certificates: [], keys: [], secrets: [], pending: [], roles: [] }),
  });
  resource(app, '/vault/certificates', {
    POST: async (c) => {
      const { name: of, version } = await addCertificateVersion(state, {
        ...(await readBody(c, newCertificate)),
        now: now(),
      });
      return created(c, '/vault', { name: of, version });
    },
  });
  resource(app, '/vault/keys', {
    POST: async (c) => {
      const { name: of, version } = await addKey(state, { ...(await readBody(c, newKey)), now: now() });
      return created(c, '/vault', { name: of, version });
    },
  });
  resource(app, '/vault/secrets', {
    POST: async (c) => {
      const { name: of, version } = setSecret(state, { ...(await readBody(c, newSecret)), now: now() });
      return created(c, '/vault', { name: of, version });
    },
  });
}

/** Nothing in a cloud without registrations, whose vault has no tenant yet. */
export function vaultOf({ state }: CloudContext): VaultDescription | undefined {
  const hasHome = state.vault?.homeTenantId !== undefined || state.registrations.length > 0;
  return hasHome ? describeVault(state) : undefined;
}
