/**
 * Entra's refusals by AADSTS number. Microsoft asks clients to react to `error` and calls the numbers subject to change,
 * but `error` does not tell a tenant without consent from a wrong certificate; an unknown number falls back safely.
 *
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */

import { type ErrorCode, type SafeDetail, TenantpostError } from '../../errors.ts';
import type { AuthorityAnswer } from './authority-answer.ts';

const rows: readonly (readonly [ErrorCode, readonly number[]])[] = [
  // No enterprise application in the tenant: no consent, consent taken back, or consent on its way.
  ['APP_NOT_IN_TENANT', [7000229, 700016, 700011, 65001, 650051, 90094]],
  ['CONSENT_DECLINED', [65004]],
  ['APP_BLOCKED', [70001, 7000112, 53003]],
  ['TENANT_NOT_FOUND', [90002, 900023]],
  ['TENANT_IN_OTHER_CLOUD', [90038, 900382]],
  // Of an app that is not multitenant, asked for without its home tenant.
  ['TENANT_NOT_HOME', [50194]],
  ['RESOURCE_NOT_IN_TENANT', [500011, 500014, 650052]],
  // Our own proof is not accepted, in any tenant.
  ['CREDENTIAL_REFUSED', [700027, 7000215, 7000222, 50012, 50027, 50048, 700021, 700023, 700024, 700030, 5002727]],
  // The last two: Entra could not read the keys of the token's issuer.
  ['FEDERATION_REFUSED', [700211, 700212, 700213, 7002138, 700226, 700236, 900612, 90061]],
  ['REGISTRATION_WRONG', [700025, 70011, 1002012, 650056, 650057]],
  ['ENTRA_THROTTLED', [50196, 90055]],
  ['ENTRA_UNAVAILABLE', [90033, 90006, 90012, 90024, 50033, 90090, 50000]],
];

/** What each number is here. One that has no row is `TOKEN_REFUSED`, unless the status of the answer tells more. */
export const codeOfNumber: ReadonlyMap<number, ErrorCode> = new Map(
  rows.flatMap(([code, numbers]) => numbers.map((one) => [one, code] as const)),
);

/**
 * @param cause what @azure/identity threw: of the answer's body it keeps Entra's text in the message.
 * @param answer the authority's answer; absent when none came.
 */
export function entraError(tenantId: string, cause: unknown, answer?: AuthorityAnswer): TenantpostError {
  const text = cause instanceof Error ? cause.message : '';
  const number = numberIn(text);
  const known = number === undefined ? undefined : codeOfNumber.get(number);
  const code = known ?? byStatus(answer, number !== undefined);
  const wait = answer?.retryAfterSeconds;
  return new TenantpostError(code, messageOf(tenantId, number, answer), {
    cause,
    detail: {
      tenantId,
      ...(number === undefined ? unnumbered(answer) : { aadsts: number }),
      ...(number === undefined || known !== undefined ? {} : entrasWords(text, tenantId)),
    },
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}

function numberIn(text: string): number | undefined {
  const digits = /AADSTS(\d+)/.exec(text)?.[1] ?? /\bError\(s\): (\d+)/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Entra numbers every refusal. One without a number that has the words of OAuth is another server's, taken at its word; a
 * page is that of a proxy or of a web server that the authority setting names by mistake, and Entra was not asked at all.
 */
function byStatus(answer: AuthorityAnswer | undefined, numbered: boolean): ErrorCode {
  const status = answer?.status ?? 0;
  if (status === 429) return 'ENTRA_THROTTLED';
  if (status >= 500) return 'ENTRA_UNAVAILABLE';
  const refused = numbered || (status >= 400 && answer?.oauthError !== undefined);
  return refused ? 'TOKEN_REFUSED' : 'ENTRA_UNAVAILABLE';
}

function messageOf(tenantId: string, number: number | undefined, answer: AuthorityAnswer | undefined): string {
  if (number !== undefined) return `Entra refused a token of tenant ${tenantId} (AADSTS${number}).`;
  return answer === undefined
    ? `Entra could not be asked for a token of tenant ${tenantId}.`
    : `The request for a token of tenant ${tenantId} was answered with ${answer.status} and no number of Entra's.`;
}

function unnumbered(answer: AuthorityAnswer | undefined): SafeDetail {
  if (answer === undefined) return {};
  const { status, oauthError } = answer;
  return { status, ...(oauthError === undefined ? {} : { oauthError }) };
}

/**
 * The first sentence of Entra's text about a number that has no row here, for the operator's log. What it quotes may be
 * anybody's: names of tenants and users, addresses, ids. Only the sentence around them is kept.
 */
function entrasWords(text: string, tenantId: string): SafeDetail {
  const description =
    /AADSTS\d+: ([^\r\n]*?)(?:\s*(?:Trace ID|Correlation ID|Timestamp): |[\r\n]|$)/.exec(text)?.[1] ?? '';
  const entra = description
    // A quote within a word is an apostrophe; one that is never closed hides the rest.
    .replaceAll(/(?<!\w)(['"]).*?(?:\1(?!\w)|$)|\{[^}]*\}/g, '…')
    .replaceAll(/\S*@\S*|\S{40,}|\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '…')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, (id) =>
      id.toLowerCase() === tenantId.toLowerCase() ? id : '…',
    )
    .replaceAll(/[^\x20-\x7e…]/g, ' ')
    .replace(/(?<=[.!?])\s.*$/, '')
    .slice(0, 200)
    .trim();
  return entra === '' ? {} : { entra };
}
