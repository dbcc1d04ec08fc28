/** The app as the user of the command has named it: an app registration, in a cloud, with what proves it. */

import { EntraTokenIssuer } from '../../shared/adapters/entra/entra-token-issuer.ts';
import { audienceOf, isForeignIssuer } from '../../shared/clouds.ts';
import { TenantpostError } from '../../shared/errors.ts';
import type { Resource } from '../../shared/resource.ts';
import type { Credential } from '../../shared/tokens/credential.ts';
import { Rotation } from '../../shared/tokens/rotation.ts';
import { readToken, type Token } from '../../shared/tokens/token.ts';
import { UsageError } from '../failure.ts';
import { spoken } from './failure.ts';
import { whyAway } from './reach.ts';
import { certificateCredential } from './certificate-file.ts';
import { type Endpoints, requireResource } from './endpoints.ts';
import type { CredentialArguments } from './options.ts';
import { secretCredential } from './secret-file.ts';
import { unlessStopped } from './unless-stopped.ts';

/** @throws UsageError */
export function credentialOf(
  { secretFile, certificate, certificateKey }: CredentialArguments,
  app: { readonly clientId: string; readonly authorityUrl: string },
  signal: AbortSignal,
): Promise<Credential> {
  if (certificate !== undefined) return certificateCredential({ certificate, certificateKey }, app, signal);
  if (certificateKey !== undefined) throw new UsageError('--certificate-key: goes with --certificate.');
  return secretCredential(secretFile, signal);
}

export class App {
  readonly clientId: string;
  readonly #endpoints: Endpoints;
  readonly #issuer: EntraTokenIssuer;

  constructor(clientId: string, credential: Credential, endpoints: Endpoints) {
    const { authorityUrl, authorityIsKnown, audiences } = endpoints;
    this.clientId = clientId;
    this.#endpoints = endpoints;
    this.#issuer = new EntraTokenIssuer({
      // One process, one proof: nothing is to be remembered of its uses, and the command itself says what was refused.
      rotation: new Rotation({
        credential,
        record: { noteUse: () => Promise.resolve() },
        now: Date.now,
        log: () => {},
      }),
      clientId,
      authorityUrl,
      authorityIsKnown,
      audiences,
    });
  }

  /**
   * A token, fresh from Entra, compared with what was asked for as the deployed app does it.
   *
   * @param tenantId lower case.
   * @throws TenantpostError, CommandError, or the reason of the signal.
   */
  async token(tenantId: string, resource: Resource, signal: AbortSignal): Promise<Token> {
    const { cloud, audiences } = this.#endpoints;
    requireResource(this.#endpoints, resource);
    return readToken(await unlessStopped(this.#request(tenantId, resource), signal), {
      tenantId,
      resource,
      audience: audienceOf(audiences, resource),
      clientId: this.clientId,
      isForeignIssuer: (issuer) => isForeignIssuer(cloud, issuer),
    });
  }

  async #request(tenantId: string, resource: Resource): Promise<string> {
    try {
      return await this.#issuer.request(tenantId, resource);
    } catch (error) {
      const nobodyAnswered =
        error instanceof TenantpostError && error.code === 'ENTRA_UNAVAILABLE' && error.detail['status'] === undefined;
      if (!nobodyAnswered) throw error;
      throw spoken(
        error,
        await whyAway(`${this.#endpoints.authorityUrl}/${tenantId}/v2.0/.well-known/openid-configuration`),
      );
    }
  }
}
