/**
 * Entra's page for consent. The endpoint of v2 names one resource in its scope; where rights of both are asked for, v1 is
 * used, which has no scope and asks for all that the registration requires.
 *
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent and
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#request-the-permissions-from-a-directory-admin
 */

import { type Audiences, audienceOf } from '../clouds.ts';
import { resourceOf, type Right } from './rights.ts';

export interface ConsentEndpoint {
  readonly authorityUrl: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly audiences: Audiences;
}

/** @param tenant absent for whichever tenant the administrator signs in to. */
export function consentUrl(
  { authorityUrl, clientId, redirectUri, audiences }: ConsentEndpoint,
  tenant: string | undefined,
  rights: readonly Right[] = ['Mail.Send'],
  state: string,
): string {
  const [resource = 'graph', ...more] = new Set(rights.map(resourceOf));
  const isV1 = more.length > 0;
  // v2 takes `organizations` for a tenant that is not known and refuses `common`; v1 is documented with `common`.
  const url = new URL(
    isV1
      ? `${authorityUrl}/${tenant ?? 'common'}/adminconsent`
      : `${authorityUrl}/${tenant ?? 'organizations'}/v2.0/adminconsent`,
  );
  url.search = new URLSearchParams({
    client_id: clientId,
    ...(isV1 ? {} : { scope: `${audienceOf(audiences, resource)}/.default` }),
    redirect_uri: redirectUri,
    state,
  }).toString();
  return url.href;
}
