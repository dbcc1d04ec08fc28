/** Refusals of the managed identity endpoint. */

export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly status: 400 | 401 | 404 | 500;

  /** @param options a cause is for the journal: the endpoint says less than it knows. */
  constructor(status: IdentityError['status'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Whatever goes wrong behind the endpoint, spelling included: https://github.com/Azure/azure-sdk-for-net/issues/44685. */
export const unexpected = 'An unexpected error occured while fetching the AAD Token.';

/** In the form recorded in https://github.com/Azure/azure-sdk-for-net/issues/43691. */
export function identityRefusal(status: number, message: string): Response {
  const correlationId = crypto.randomUUID();
  return Response.json(
    { statusCode: status, message, correlationId },
    { status, headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-CORRELATION-ID': correlationId } },
  );
}
