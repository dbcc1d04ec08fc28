/** The world of `npm run cloud` unless another is given: a vendor, a customer that has consented, and one that has not. */

import { customers, vendor } from '../seed.ts';
import type { SeedFile } from './seed-file.ts';

export const exampleSecret = 'a-secret-for-the-local-cloud';

export const exampleSeed = {
  version: 1,
  tenants: [
    { domain: 'mailworks.example', displayName: 'Mailworks', id: vendor.tenantId },
    {
      domain: customers.contoso.domain,
      displayName: customers.contoso.displayName,
      id: customers.contoso.id,
      administrators: ['admin'],
      mailboxes: ['post', 'anna', { name: 'reports', displayName: 'Reports', customAttributes: { 1: 'post' } }],
      consents: ['Mailworks Post'],
      exchange: {
        smtpAuthEnabled: true,
        apps: [{ app: 'Mailworks Post', fullAccess: ['post'], sendAs: ['reports'] }],
      },
    },
    {
      domain: customers.fabrikam.domain,
      displayName: customers.fabrikam.displayName,
      id: customers.fabrikam.id,
      mailboxes: ['post', 'berta'],
    },
  ],
  registrations: [
    {
      displayName: 'Mailworks Post',
      publisher: 'Mailworks Ltd',
      appId: vendor.appId,
      tenant: 'mailworks.example',
      audience: 'multitenant',
      redirectUris: ['http://localhost/api/consent/callback'],
      permissions: ['Mail.Send', 'SMTP.SendAsApp', 'IMAP.AccessAsApp', 'POP.AccessAsApp'],
      secrets: [{ displayName: 'for curl', value: exampleSecret }],
      certificates: [{ vault: 'tenantpost' }],
      federatedCredentials: [{ name: 'managed-identity', identity: 'id-tenantpost' }],
    },
  ],
  identities: [
    {
      name: 'id-tenantpost',
      clientId: vendor.identityClientId,
      vaultRoles: ['Key Vault Certificate User', 'Key Vault Crypto User', 'Key Vault Secrets User'],
      storageRoles: ['Storage Blob Data Owner', 'Storage Queue Data Contributor', 'Storage Table Data Contributor'],
    },
  ],
  vault: {
    certificates: [{ name: vendor.certificateName, keySize: 2048, exportable: false, validDays: 365 }],
    keys: [{ name: vendor.wrappingKeyName, operations: ['wrapKey', 'unwrapKey'] }],
    secrets: [{ name: 'greeting', value: 'Hello from the local vault' }],
  },
  storage: { allowSharedKeyAccess: true },
  propagation: { enterpriseApp: 0, roles: 0 },
  limits: { sending: { messages: { most: 30, seconds: 60 } } },
  faults: [],
} satisfies SeedFile;
