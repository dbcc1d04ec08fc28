/** What the journal may know of an HTTP request: never its address, its body, or more of a token than its scheme. */

import type { RequestFacts } from '../journal.ts';

/** Those that Microsoft's services know. Any other word before the space may be a secret that somebody put there. */
const schemes = ['basic', 'bearer', 'digest', 'negotiate', 'sharedkey', 'sharedkeylite'];

export function requestFacts({ method, headers }: Request): RequestFacts {
  const clientRequestId = headers.get('client-request-id') ?? headers.get('x-ms-client-request-id');
  return {
    method,
    authorization: schemeOf(headers.get('authorization')),
    ...(clientRequestId !== null && { clientRequestId: clientRequestId.slice(0, 64) }),
  };
}

function schemeOf(authorization: string | null): string {
  if (authorization === null) return 'none';
  const [scheme = ''] = authorization.trim().toLowerCase().split(' ');
  return schemes.includes(scheme) ? scheme : 'other';
}
