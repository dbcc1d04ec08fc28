/** At which step a connection failed: the name, the certificate, or the way there. */

import type { Reached } from '../../checks/ports.ts';

const unresolved = /^(ENOTFOUND|EAI_\w+|EDNS)$/;

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and what OpenSSL says of a handshake. */
const untrusted =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|CRL_\w+|ERROR_IN_CERT_\w+|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|PATH_LENGTH_EXCEEDED)$/;

/** @param error what fetch, tls or a mail library threw; they wrap each other as `cause`. */
export function connectionFailure(error: unknown): Exclude<Reached, { kind: 'reached' }> {
  const code = codeIn(error);
  const kind = unresolved.test(code) ? 'unresolved' : untrusted.test(code) ? 'untrusted' : 'unreachable';
  return { kind, answered: code };
}

/** A plain word: anything else is somebody else's text. The innermost is the nearest to what happened. */
export function codeIn(error: unknown): string {
  let found = 'UNKNOWN';
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = Reflect.get(at, 'code');
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) found = code;
    else if (at.name === 'TimeoutError') found = 'ETIMEDOUT';
  }
  return found;
}
