/** Who may do what in which mailbox: the access token, the app's rights, and the user whom the path names. */

import type { CloudContext } from '../cloud.ts';
import { type GraphMailRight, hasAnyGraphMailRight, hasGraphRight } from '../exchange/rights.ts';
import type { Mailbox } from '../state.ts';
import { type AccessTokenClaims, bearerToken, type TokenRefusal, verifyAccessToken } from '../tokens.ts';
import { type GraphCall, keyOf, refuseWith } from './call.ts';
import { GraphRefusal } from './refusal.ts';

const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

/** Graph takes a token for its URI, with or without the slash that v1 endpoints carry, or for its own app id. */
const audiences = ['https://graph.microsoft.com', 'https://graph.microsoft.com/', GRAPH_APP_ID];

/** @throws GraphRefusal 401 `InvalidAuthenticationToken`. */
export async function authenticate(cloud: CloudContext, authorization: string | undefined): Promise<AccessTokenClaims> {
  const bearer = bearerToken(authorization);
  const verified = await verifyAccessToken(cloud, 'graph', bearer, audiences);
  if ('claims' in verified) return verified.claims;
  throw new GraphRefusal({
    status: 401,
    code: 'InvalidAuthenticationToken',
    message: messageOf(verified.refused, bearer ?? ''),
    reason: `token refused: ${verified.refused}`,
    headers: {
      'WWW-Authenticate': `Bearer realm="", authorization_uri="${cloud.urls.entra}/common/oauth2/authorize", client_id="${GRAPH_APP_ID}"`,
    },
  });
}

/**
 * Graph's sentences, as quoted in
 * https://github.com/microsoftgraph/msgraph-sample-reactspa/issues/54 (empty),
 * https://github.com/microsoftgraph/microsoft-graph-docs/issues/16208 (audience),
 * https://github.com/s1t5/mail-archiver/issues/267 (expired),
 * https://github.com/MaikuB/flutter_appauth/issues/575 (no dots),
 * https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/355 (unreadable), and
 * https://github.com/microsoftgraph/console-java-connect-sample/issues/1 (the rest).
 */
function messageOf(refused: TokenRefusal, bearer: string): string {
  switch (refused) {
    case 'missing':
      return 'Access token is empty.';
    case 'malformed':
      return bearer.includes('.')
        ? 'CompactToken parsing failed with error code: 80049217'
        : "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.";
    case 'audience':
      return 'Access token validation failure. Invalid audience.';
    case 'expired':
      return 'Lifetime validation failed, the token is expired.';
    case 'signature':
    case 'issuer':
    case 'not-yet-valid':
      return 'Access token validation failure.';
  }
}

/**
 * The mailbox of a request in the token's own tenant, when the app may do with it what it asks for. Users of other
 * tenants do not exist for a token: that is what keeps one customer's app-only token out of another customer's mailboxes.
 *
 * @throws GraphRefusal 403 `ErrorAccessDenied`, 404 `ErrorInvalidUser` or `MailboxNotEnabledForRESTAPI`.
 */
export function mailboxFor(call: GraphCall, right: GraphMailRight): Mailbox {
  const { cloud, claims } = call;
  // Before anything else, so that an app without rights cannot tell who exists.
  if (!hasAnyGraphMailRight(cloud, claims)) throw accessDenied(`no ${right} right`);
  const user = keyOf(call, 'user');
  const mailbox = mailboxOfUser(cloud, claims.tid, user);
  if (!mailbox) {
    // https://github.com/InnoGE/laravel-msgraph-mail/issues/16
    refuseWith(404, 'ErrorInvalidUser', `The requested user '${user}' is invalid.`, 'no such user in the tenant');
  }
  if (!hasGraphRight(cloud, claims, mailbox, right)) throw accessDenied(`no ${right} right`);
  if (mailbox.licensed === false) {
    // https://github.com/iyear/E5SubBot/issues/39
    refuseWith(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
      'user without mailbox',
    );
  }
  return mailbox;
}

/** By user id or user principal name. */
export function mailboxOfUser(cloud: CloudContext, tenantId: string, user: string): Mailbox | undefined {
  const wanted = user.toLowerCase();
  return cloud.state.mailboxes.find(
    (one) => one.tenantId === tenantId && (one.id.toLowerCase() === wanted || one.address.toLowerCase() === wanted),
  );
}

function accessDenied(reason: string): GraphRefusal {
  return new GraphRefusal({
    status: 403,
    code: 'ErrorAccessDenied',
    message: 'Access is denied. Check credentials and try again.',
    reason,
  });
}
