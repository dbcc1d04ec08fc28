/** How an app proves itself at the token endpoint: by a secret, by an assertion of its own, or by a trusted issuer's token. */

import type { CloudContext } from '../cloud.ts';
import type { Registration } from '../state.ts';
import { EntraError } from './aadsts.ts';
import { decodeAssertion } from './assertion.ts';
import { verifyClientAssertion } from './client-assertion.ts';
import { verifyClientSecret } from './client-secrets.ts';
import { ExternalIssuers } from './external-issuers.ts';
import { isFederated, verifyFederatedAssertion } from './federated-assertion.ts';
import type { ClientCredential } from './token-request.ts';
import { UsedAssertions } from './used-assertions.ts';

export class ClientAuthentication {
  readonly #cloud: CloudContext;
  readonly #used = new UsedAssertions();
  readonly #issuers = new ExternalIssuers();

  constructor(cloud: CloudContext) {
    this.#cloud = cloud;
  }

  /**
   * @param client `segment` is the tenant in the path of the request.
   * @returns `appidacr`: 1 for a secret, 2 for an assertion of either kind.
   * @throws EntraError with what is wrong with the credential.
   */
  async verify(
    credential: ClientCredential,
    client: { registration: Registration; tenantId: string; segment: string },
  ): Promise<'1' | '2'> {
    if (client.registration.publicClient === true) {
      throw new EntraError(
        700025,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        { reason: 'app is a public client', tenantId: client.tenantId },
      );
    }
    if ('secret' in credential) {
      verifyClientSecret(this.#cloud, credential.secret, client);
      return '1';
    }
    const assertion = decodeAssertion(credential.assertion, client.tenantId);
    if (isFederated(assertion)) await verifyFederatedAssertion(this.#cloud, assertion, client, this.#issuers);
    else await verifyClientAssertion(this.#cloud, assertion, client, this.#used);
    return '2';
  }
}
