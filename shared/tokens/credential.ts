/** How the app proves itself to Entra. */

export interface Credential {
  /**
   * A signed client assertion (RFC 7523) for the token endpoint of one tenant, good for some minutes.
   *
   * @throws TenantpostError `VAULT_REFUSED` or `VAULT_UNAVAILABLE`.
   */
  assertion(tenantId: string): Promise<string>;
  /** What an operator wants to know of it, and nothing secret. */
  describe(): Promise<CredentialFacts>;
}

export interface CredentialFacts {
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly expiresAt: number;
  /** base64url of SHA-256 over the certificate: `x5t#S256` of RFC 7515. */
  readonly thumbprint: string;
}
