/**
 * What Entra's error on the redirect means. The number stands in the description, which travels through a browser: it chooses
 * what the administrator reads, and decides nothing about a tenant.
 *
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */

import type { ErrorCode } from '../errors.ts';

const rows: readonly (readonly [ErrorCode, readonly number[]])[] = [
  ['CONSENT_DECLINED', [65004]],
  // 90095: the user may ask an administrator from there, and has.
  ['CONSENT_NOT_ADMIN', [90093, 90094, 90095, 65001]],
  ['CONSENT_NAME_CLASH', [650051]],
  ['CONSENT_SERVICE_MISSING', [650052, 500011, 500014]],
  // 53000 to 53004: the device, the app, the policy, the risk.
  ['CONSENT_BLOCKED', [53000, 53001, 53002, 53003, 53004]],
  ['TENANT_IN_OTHER_CLOUD', [90038, 900382]],
  ['REGISTRATION_WRONG', [650056, 650057, 70011, 50011]],
];

const codeOfNumber = new Map(rows.flatMap(([code, numbers]) => numbers.map((one) => [one, code] as const)));

/** v1 says it in words of its own: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#error-response */
const declined: readonly string[] = ['permission_denied', 'access_denied'];

export interface EntrasError {
  readonly code: ErrorCode;
  /** `AADSTS` and the number, if there is one. */
  readonly entra: string | undefined;
}

export function readEntrasError(error: string, description: string): EntrasError {
  const entra = /AADSTS\d{1,8}\b/.exec(description)?.[0];
  const known = entra === undefined ? undefined : codeOfNumber.get(Number(entra.slice('AADSTS'.length)));
  return {
    code: known ?? (entra === undefined && declined.includes(error) ? 'CONSENT_DECLINED' : 'CONSENT_FAILED'),
    entra,
  };
}

const mostKept = 500;

/** For the audit trail, which is never overwritten: Entra quotes account names here and there, and nobody else needs them. */
export function keptWords(error: string, description: string | undefined): string {
  const said = description === undefined ? error : `${error}: ${description}`;
  return said
    .slice(0, 4 * mostKept)
    .replaceAll(/[^\s'"]*@[^\s'"]*/g, '…')
    .slice(0, mostKept);
}
