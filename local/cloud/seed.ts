/** The world of `npm run demo` and `npm start`: a vendor, its vault and app registration, and three customers. */

import { makeAppCertificate } from './certificate-authority.ts';
import { type CloudState, emptyState } from './state.ts';

export const vendor = {
  tenantId: '0f0e0d0c-0000-4000-8000-00000000aaaa',
  appId: '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10',
  identityClientId: '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33',
  certificateName: 'tenantpost',
  wrappingKeyName: 'tenantpost-tokens',
} as const;

export const customers = {
  contoso: { id: '11111111-aaaa-4aaa-8aaa-111111111111', displayName: 'Contoso', domain: 'contoso.example' },
  fabrikam: { id: '22222222-bbbb-4bbb-8bbb-222222222222', displayName: 'Fabrikam', domain: 'fabrikam.example' },
  northwind: {
    id: '33333333-cccc-4ccc-8ccc-333333333333',
    displayName: 'Northwind Traders',
    domain: 'northwind.example',
  },
} as const;

const version = (): string => crypto.randomUUID().replaceAll('-', '');

/** @param redirectUri the consent callback's URL, registered on the app to the letter. */
export async function demoState(redirectUri: string): Promise<CloudState> {
  const created = Math.floor(Date.now() / 1000);
  const certificate = await makeAppCertificate('tenantpost');
  const wrapping = await makeAppCertificate('wrapping key');
  const certificateVersion = version();
  const tenants = Object.values(customers).map(({ id, displayName, domain }) => ({
    id,
    displayName,
    domain,
    administrators: [`admin@${domain}`],
  }));
  return {
    ...emptyState(),
    tenants: [
      {
        id: vendor.tenantId,
        displayName: 'Mailworks',
        domain: 'mailworks.example',
        administrators: ['admin@mailworks.example'],
      },
      ...tenants,
    ],
    registrations: [
      {
        appId: vendor.appId,
        displayName: 'Mailworks Post',
        publisher: 'Mailworks Ltd',
        homeTenantId: vendor.tenantId,
        audience: 'multitenant',
        redirectUris: [redirectUri],
        requiredAppRoles: [{ resource: 'https://graph.microsoft.com', role: 'Mail.Send' }],
        certificates: [{ thumbprint: certificate.thumbprint, der: certificate.der }],
      },
    ],
    identities: [
      {
        clientId: vendor.identityClientId,
        principalId: crypto.randomUUID(),
        name: 'id-tenantpost',
        vaultRoles: ['Key Vault Certificate User', 'Key Vault Crypto User'],
      },
    ],
    vaultKeys: [
      {
        name: vendor.certificateName,
        version: certificateVersion,
        jwk: certificate.privateJwk,
        operations: ['sign', 'verify'],
        created,
      },
      {
        name: vendor.wrappingKeyName,
        version: version(),
        jwk: wrapping.privateJwk,
        operations: ['wrapKey', 'unwrapKey'],
        created,
      },
    ],
    vaultCertificates: [
      {
        name: vendor.certificateName,
        version: certificateVersion,
        der: certificate.der,
        exportable: false,
        created,
        notBefore: Math.floor(certificate.notBefore.getTime() / 1000),
        expires: Math.floor(certificate.notAfter.getTime() / 1000),
      },
    ],
    mailboxes: tenants.flatMap(({ id, domain }) => [
      { tenantId: id, id: crypto.randomUUID(), address: `post@${domain}`, displayName: 'Post' },
      { tenantId: id, id: crypto.randomUUID(), address: `anna@${domain}`, displayName: 'Anna' },
    ]),
  };
}
