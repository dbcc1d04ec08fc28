/** Answers of the vault with the headers that every one of them has. */

/** As in the recordings of https://github.com/Azure/azure-sdk-for-js (sdk/keyvault). */
export function vaultResponse(
  request: { headers: Headers },
  status: number,
  body: unknown,
  more: Record<string, string> = {},
): Response {
  const clientRequestId = request.headers.get('x-ms-client-request-id');
  const headers = {
    ...(body !== undefined && { 'Content-Type': 'application/json; charset=utf-8' }),
    'Cache-Control': 'no-cache',
    Pragma: 'no-cache',
    Expires: '-1',
    'x-ms-keyvault-region': 'westeurope',
    'x-ms-request-id': crypto.randomUUID(),
    'x-ms-keyvault-service-version': '1.9.3019.1',
    'x-ms-keyvault-network-info': 'conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;',
    'X-Content-Type-Options': 'nosniff',
    'Strict-Transport-Security': 'max-age=31536000;includeSubDomains',
    ...(clientRequestId !== null && { 'x-ms-client-request-id': clientRequestId }),
    ...more,
  };
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
}
