/** What is in the vault, for pages and control: no private key and no secret's value. */

import { X509Certificate } from 'node:crypto';
import type { CloudState } from '../state.ts';
import { roleAndScope } from '../state/azure-roles.ts';
import { keySizeOf } from './add-key.ts';
import { homeTenantId } from './authentication.ts';
import { certificateContentType } from './certificate-secret.ts';
import { thumbprint } from './certificates.ts';
import { hides } from './deletions.ts';
import { isManaged, type Versioned } from './objects.ts';
import type { Collection } from './vault-request.ts';

interface DescribedVersion {
  name: string;
  version: string;
  enabled: boolean;
  /** Whether the name is deleted, and can be recovered. */
  deleted: boolean;
  /** Epoch seconds. */
  created: number;
  notBefore?: number;
  expires?: number;
  tags?: Record<string, string>;
}

export interface VaultDescription {
  homeTenantId: string;
  certificates: (DescribedVersion & {
    /** Its place among its versions is told by `created`; SHA-1, base64url. */
    thumbprint: string;
    subject: string;
    keySize: number;
    exportable: boolean;
    contentType: string;
  })[];
  keys: (DescribedVersion & { keySize: number; operations: string[]; managed: boolean })[];
  /** Those that were set; a certificate's secret goes without saying. */
  secrets: (DescribedVersion & { contentType?: string })[];
  pending: { name: string; status: string }[];
  roles: { principalId: string; role: string; scope?: string; assignedAt?: number }[];
}

export const describeVault = (state: CloudState): VaultDescription => ({
  homeTenantId: homeTenantId(state),
  certificates: state.vaultCertificates.map((certificate) => {
    const { subject, publicKey } = new X509Certificate(Buffer.from(certificate.der, 'base64'));
    return {
      ...described(state, 'certificates', certificate),
      thumbprint: thumbprint(certificate.der),
      subject,
      keySize: publicKey.asymmetricKeyDetails?.modulusLength ?? 0,
      exportable: certificate.exportable,
      contentType: certificateContentType(certificate),
    };
  }),
  keys: state.vaultKeys.map((key) => ({
    ...described(state, 'keys', key),
    keySize: keySizeOf(key.jwk),
    operations: key.operations,
    managed: isManaged(state, key.name),
  })),
  secrets: state.vaultSecrets.map((secret) => ({
    ...described(state, 'secrets', secret),
    ...(secret.contentType !== undefined && { contentType: secret.contentType }),
  })),
  pending: state.vaultPendingCertificates.map(({ name, status }) => ({ name, status })),
  roles: [
    ...state.identities.flatMap(({ principalId, vaultRoles }) =>
      vaultRoles.map((one) => ({ principalId, ...roleAndScope(one) })),
    ),
    ...state.vaultRoleAssignments,
  ],
});

/** Field by field, so that nothing that is added to the state is shown by itself. */
function described(state: CloudState, collection: Collection, one: Versioned): DescribedVersion {
  const { name, version, enabled = true, created, notBefore, expires, tags } = one;
  return {
    name,
    version,
    enabled,
    deleted: hides(state, collection, name),
    created,
    ...(notBefore !== undefined && { notBefore }),
    ...(expires !== undefined && { expires }),
    ...(tags !== undefined && { tags }),
  };
}
