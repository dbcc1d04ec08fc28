/**
 * The refusals of Key Vault's data plane, with the service's own codes and sentences, so that what an operator reads
 * from the local cloud is what the real vault would say. Codes and statuses:
 * https://learn.microsoft.com/azure/key-vault/general/rest-error-codes.
 */

interface VaultRefusal {
  status: 400 | 401 | 403 | 404 | 500 | 501;
  code: string;
  message: string;
  /** `innererror.code`, where the service says more than `Forbidden`. */
  innerCode?: string;
  /** For the journal: why, in a few words and without anything that the caller sent in a body or token. */
  reason: string;
}

export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly refusal: VaultRefusal;

  constructor(refusal: VaultRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

const notFound = (code: string, what: string, id: string): VaultError =>
  new VaultError({
    status: 404,
    code,
    message:
      `A ${what} with (name/id) ${id} was not found in this key vault. If you recently deleted this ${what} you may be ` +
      'able to recover it using the correct recovery command. For help resolving this issue, please see ' +
      'https://go.microsoft.com/fwlink/?linkid=2125182',
    reason: `no ${what} ${id}`,
  });

export const certificateNotFound = (id: string): VaultError => notFound('CertificateNotFound', 'certificate', id);
export const keyNotFound = (id: string): VaultError => notFound('KeyNotFound', 'key', id);
export const secretNotFound = (id: string): VaultError => notFound('SecretNotFound', 'secret', id);

export const badParameter = (message: string, reason: string): VaultError =>
  new VaultError({ status: 400, code: 'BadParameter', message, reason });

/**
 * What the vault says of a body that is no JSON, lacks a property or names an unknown algorithm. The empty property name
 * and the line end are the service's: https://github.com/Azure/azure-sdk-for-go/issues/2060.
 */
export const invalidProperty = (reason: string): VaultError => badParameter('Property  has invalid value\r\n', reason);

/** Names are letters, digits and hyphens: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates. */
export const invalidName = (name: string): VaultError =>
  badParameter(`The request URI contains an invalid name: ${name}`, 'invalid name');

/**
 * A path that the service does not know for a method. It takes every segment that is no version id for an operation, so
 * `/secrets/x/latest` fails this way too: https://github.com/ratify-project/ratify, "Ratify Error Handling Scenarios.md".
 */
export const operationNotAllowed = (method: string, operation: string): VaultError =>
  badParameter(`Method ${method} does not allow operation '${operation}'`, 'unknown method or path');

/** The key itself does not take the operation, whatever the caller's role. */
export const keyOperationForbidden = (operation: string): VaultError =>
  new VaultError({
    status: 403,
    code: 'Forbidden',
    message: `Operation ${operation} is not permitted on this key.`,
    innerCode: 'KeyOperationForbidden',
    reason: `the key does not allow ${operation}`,
  });

/**
 * Outside of its `nbf` and `exp` a key only decrypts, unwraps and verifies:
 * https://learn.microsoft.com/azure/key-vault/keys/about-keys-details (date-time controlled operations). The status is
 * documented, the sentence is not.
 */
export const keyOutsideValidity = (operation: string): VaultError =>
  new VaultError({
    status: 403,
    code: 'Forbidden',
    message: `Operation ${operation} is not allowed outside the key's validity period.`,
    innerCode: 'KeyNotYetValidOrExpired',
    reason: `the key is not valid now: ${operation}`,
  });

/** For what Key Vault can do and this cloud does not: nobody is to take it for Key Vault's own answer. */
export const notImplemented = (what: string): VaultError =>
  new VaultError({
    status: 501,
    code: 'NotImplementedByLocalCloud',
    message: `The local cloud does not take ${what}. Key Vault does.`,
    reason: 'not implemented by the local cloud',
  });
