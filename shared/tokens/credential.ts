/** How the app proves itself to Entra. */

/** What a token request carries: a client assertion (RFC 7523 section 2.2) or a client secret (RFC 6749 section 2.3.1). */
export type Presented = { readonly assertion: string } | { readonly secret: string };

/** One thing that proves the app: a version of its certificate or of its secret, or its managed identity. */
export interface Proof {
  /** Tells it from the others in logs, in health and in the table, and is nothing secret: a thumbprint, a version, a client id. */
  readonly id: string;
  /** Epoch milliseconds; absent for what does not expire, or whose expiry nobody knows. */
  readonly expiresAt?: number;
  /** What the app registration calls it, where that differs: by this the operator finds it there. Nothing secret either. */
  readonly registeredAs?: string;
  /**
   * What goes with a request to the token endpoint of one tenant.
   *
   * @throws TenantpostError `VAULT_REFUSED`, `VAULT_UNAVAILABLE`, `IDENTITY_REFUSED` or `IDENTITY_UNAVAILABLE`.
   */
  present(tenantId: string): Promise<Presented>;
}

export type CredentialKind = 'certificate' | 'managed-identity' | 'secret';

export interface Credential {
  readonly kind: CredentialKind;
  /**
   * Everything that may prove the app now, newest first, at least one. There are several while a certificate or a secret is
   * being replaced: the newest may not be registered with Entra yet.
   *
   * @throws TenantpostError as `present`, and `CREDENTIAL_UNUSABLE` when there is none that is enabled, valid and able.
   */
  proofs(): Promise<readonly Proof[]>;
}
