/**
 * The refusals of Key Vault's data plane, with the service's own codes and sentences, so that what an operator reads
 * from the local cloud is what the real vault would say. Codes and statuses:
 * https://learn.microsoft.com/azure/key-vault/general/rest-error-codes.
 */

interface VaultRefusal {
  status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 429 | 500 | 501;
  code: string;
  message: string;
  /** `innererror.code`, where the service says more than `Forbidden` or `Conflict`. */
  innerCode?: string;
  headers?: Record<string, string>;
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

/**
 * A collection can only be listed. Recorded for a secret that is set without a name:
 * https://github.com/Azure/azure-sdk-for-js (sdk/keyvault, recording_cannot_create_a_secret_with_an_empty_name.json).
 */
export const methodNotAllowed = (method: string): VaultError =>
  new VaultError({
    status: 405,
    code: 'MethodNotAllowed',
    message: `HTTP ${method} not allowed`,
    reason: 'a collection can only be listed',
  });

/** The limit and the sentence are this cloud's own: a vault takes far less, property by property. */
export const requestTooLarge = (): VaultError =>
  new VaultError({
    status: 413,
    code: 'RequestEntityTooLarge',
    message: 'The request body is too large.',
    reason: 'body too large',
  });

/**
 * As recorded in https://github.com/vcsjones/AzureSignTool/issues/219, where no `Retry-After` stands among the headers:
 * clients are to back off by themselves (https://learn.microsoft.com/azure/key-vault/general/overview-throttling).
 */
export const throttled = (reason: string): VaultError =>
  new VaultError({ status: 429, code: 'Throttled', message: throttledMessage, reason });

export const throttledMessage =
  'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached';

/** For what Key Vault can do and this cloud does not: nobody is to take it for Key Vault's own answer. */
export const notImplemented = (what: string): VaultError =>
  new VaultError({
    status: 501,
    code: 'NotImplementedByLocalCloud',
    message: `The local cloud does not take ${what}. Key Vault does.`,
    reason: 'not implemented by the local cloud',
  });
