/**
 * Entra's refusals by AADSTS number. Microsoft asks clients to react to `error` and calls the numbers subject to change,
 * but `error` does not tell a tenant without consent from a wrong certificate; an unknown number falls back safely.
 *
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */

import { type ErrorCode, TenantpostError } from '../errors.ts';

const codeOf: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  // No enterprise application in the tenant: no consent, consent taken back, or consent on its way.
  [7000229, 'APP_NOT_IN_TENANT'],
  [700016, 'APP_NOT_IN_TENANT'],
  [700011, 'APP_NOT_IN_TENANT'],
  [65001, 'APP_NOT_IN_TENANT'],
  [650051, 'APP_NOT_IN_TENANT'],
  [70001, 'APP_BLOCKED'],
  [7000112, 'APP_BLOCKED'],
  [53003, 'APP_BLOCKED'],
  [90002, 'TENANT_NOT_FOUND'],
  [900023, 'TENANT_NOT_FOUND'],
  [90038, 'TENANT_NOT_FOUND'],
  // Our own proof is not accepted, in any tenant.
  [700027, 'CREDENTIAL_REFUSED'],
  [7000215, 'CREDENTIAL_REFUSED'],
  [7000222, 'CREDENTIAL_REFUSED'],
  [50012, 'CREDENTIAL_REFUSED'],
  [50027, 'CREDENTIAL_REFUSED'],
  [50048, 'CREDENTIAL_REFUSED'],
  [700021, 'CREDENTIAL_REFUSED'],
  [700023, 'CREDENTIAL_REFUSED'],
  [700024, 'CREDENTIAL_REFUSED'],
  [700025, 'CREDENTIAL_REFUSED'],
  [700030, 'CREDENTIAL_REFUSED'],
  // Throttling and passing faults.
  [50196, 'ENTRA_UNAVAILABLE'],
  [90055, 'ENTRA_UNAVAILABLE'],
  [90033, 'ENTRA_UNAVAILABLE'],
  [90006, 'ENTRA_UNAVAILABLE'],
  [90012, 'ENTRA_UNAVAILABLE'],
  [90024, 'ENTRA_UNAVAILABLE'],
  [50033, 'ENTRA_UNAVAILABLE'],
  [90090, 'ENTRA_UNAVAILABLE'],
]);

/**
 * @param cause what @azure/identity threw: it keeps neither status nor body of the answer, only Entra's text in the message.
 */
export function entraError(tenantId: string, cause: unknown): TenantpostError {
  const text = cause instanceof Error ? cause.message : '';
  const number = Number(/AADSTS(\d+)/.exec(text)?.[1] ?? /\bError\(s\): (\d+)/.exec(text)?.[1]);
  if (Number.isNaN(number)) {
    const message = `Entra could not be asked for a token of tenant ${tenantId}.`;
    return new TenantpostError('ENTRA_UNAVAILABLE', message, { cause, detail: { tenantId } });
  }
  const code = codeOf.get(number) ?? 'TOKEN_REFUSED';
  return new TenantpostError(code, `Entra refused a token of tenant ${tenantId} (AADSTS${number}).`, {
    cause,
    detail: { tenantId, aadsts: number },
  });
}
