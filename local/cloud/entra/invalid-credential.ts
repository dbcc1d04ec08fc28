/** A credential that cannot be added to an app registration. The message says what is wrong with it, never its value. */
export class InvalidCredentialError extends Error {
  override readonly name = 'InvalidCredentialError';
}
