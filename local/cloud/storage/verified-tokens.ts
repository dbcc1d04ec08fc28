/**
 * Remembers tokens whose signature was found good: a storage client sends the same one with every request, and looking at
 * it again would cost more than all else that is done here. Its times are looked at each time, by the service's clock.
 */

import type { CloudContext } from '../cloud.ts';
import { type AccessTokenClaims, issuerOf, type TokenRefusal, verificationKey, verifyAccessToken } from '../tokens.ts';
import type { StorageService } from './storage-error.ts';

const most = 1000;

export class VerifiedTokens {
  readonly #cloud: CloudContext;
  readonly #service: StorageService;
  readonly #audiences: string[];
  readonly #known = new Map<string, { claims: AccessTokenClaims; kid: string | undefined }>();

  constructor(cloud: CloudContext, service: StorageService, audiences: string[]) {
    this.#cloud = cloud;
    this.#service = service;
    this.#audiences = audiences;
  }

  async verify(bearer: string | undefined): Promise<{ claims: AccessTokenClaims } | { refused: TokenRefusal }> {
    const known = bearer === undefined ? undefined : this.#known.get(bearer);
    if (known !== undefined && this.#isInTime(known.claims) && known.kid === this.#kidOf(known.claims)) return known;
    const verified = await verifyAccessToken(this.#cloud, this.#service, bearer, this.#audiences);
    if ('claims' in verified && bearer !== undefined) {
      if (this.#known.size >= most) this.#known.clear();
      this.#known.set(bearer, { ...verified, kid: this.#kidOf(verified.claims) });
    }
    return verified;
  }

  #isInTime({ nbf, exp }: AccessTokenClaims): boolean {
    const now = this.#cloud.now(this.#service) / 1000;
    return nbf <= now && now < exp;
  }

  /** A tenant that is gone, or has another key by now, vouches for nothing. */
  #kidOf({ iss }: AccessTokenClaims): string | undefined {
    const tenant = this.#cloud.state.tenants.find(({ id }) => issuerOf(id) === iss);
    return tenant && verificationKey(tenant).kid;
  }
}
