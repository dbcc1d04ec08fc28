/** An app registration of a seed file, with all by which the app can prove itself. */

import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { MOST_FEDERATED_CREDENTIALS } from '../state/registration.ts';
import { domainName, guid, permission, vaultName } from './names.ts';

const moment = z.iso.datetime({ offset: true, error: 'must be a time, such as 2030-01-31T00:00:00Z' });

const secret = z
  .strictObject({
    value: z.string().min(8, 'must have at least 8 characters'),
    displayName: z.string().min(1).exactOptional(),
    /** Now when left out. */
    startsAt: moment.exactOptional(),
    /** Two years later when left out. */
    endsAt: moment.exactOptional(),
  })
  .refine(({ startsAt, endsAt }) => endsAt === undefined || Date.parse(endsAt) > Date.parse(startsAt ?? '1970-01-01'), {
    path: ['endsAt'],
    error: 'must be a time after startsAt',
  });

const certificate = z.union(
  [
    /** Makes one in the vault, exportable, under the app's name. */
    z.literal('generate'),
    /** The certificate of that name in the vault. */
    z.strictObject({ vault: vaultName }),
    z.strictObject({ pem: z.string().refine(isCertificate, 'must be a certificate as PEM') }),
  ],
  { error: 'must be "generate", {"vault": "name"} or {"pem": "-----BEGIN CERTIFICATE-----..."}' },
);

const federatedCredential = z.union(
  [
    /** Trusts a managed identity of the seed. */
    z.strictObject({ name: z.string().min(1).max(120), identity: z.string() }),
    z.strictObject({
      name: z.string().min(1).max(120),
      issuer: z.string().min(1).max(600),
      subject: z.string().min(1).max(600),
      audience: z.string().min(1).max(600).default('api://AzureADTokenExchange'),
    }),
  ],
  { error: 'must be {name, identity} or {name, issuer, subject, audience}' },
);

function isCertificate(pem: string): boolean {
  try {
    return pem.includes('-----BEGIN CERTIFICATE-----') && new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

export const seedRegistration = z.strictObject({
  /** By this name tenants consent to it. */
  displayName: z.string().min(1),
  /** Client id; made of the name when left out. */
  appId: guid.exactOptional(),
  publisher: z.string().min(1).exactOptional(),
  /** Domain of the tenant in which it is registered; the first tenant when left out. */
  tenant: domainName.exactOptional(),
  audience: z.enum(['single-tenant', 'multitenant']).default('multitenant'),
  publicClient: z.boolean().default(false),
  redirectUris: z.array(z.url({ error: 'must be a URL' })).default([]),
  /** Application permissions that it asks for. */
  permissions: z.array(permission).default(['Mail.Send']),
  secrets: z.array(secret).default([]),
  certificates: z.array(certificate).default([]),
  federatedCredentials: z.array(federatedCredential).max(MOST_FEDERATED_CREDENTIALS).default([]),
});

export type SeedRegistration = z.output<typeof seedRegistration>;
