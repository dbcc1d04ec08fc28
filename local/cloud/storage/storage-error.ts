/**
 * The errors of the storage account as each of its services writes them: XML for blobs and queues, OData for tables.
 * https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2
 */

export type StorageService = 'blob' | 'queue' | 'table';

export interface StorageError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Why a token or a signature was not believed. Tables have no place for it. */
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function storageErrorResponse(service: StorageService, request: Request, error: StorageError): Response {
  const requestId = crypto.randomUUID();
  const version = request.headers.get('x-ms-version');
  const clientRequestId = request.headers.get('x-ms-client-request-id');
  const { contentType, body } = bodyOf(service, request, error, requestId);
  return new Response(request.method === 'HEAD' ? null : body, {
    status: error.status,
    headers: {
      'content-type': contentType,
      'x-ms-request-id': requestId,
      'x-ms-error-code': error.code,
      ...(version !== null && { 'x-ms-version': version }),
      ...(clientRequestId !== null && { 'x-ms-client-request-id': clientRequestId }),
      ...error.headers,
    },
  });
}

function bodyOf(service: StorageService, request: Request, { code, message, detail }: StorageError, requestId: string) {
  const text = `${message}\nRequestId:${requestId}\nTime:${new Date().toISOString()}`;
  if (service !== 'table') {
    const reason = detail === undefined ? '' : element('AuthenticationErrorDetail', detail);
    const error = `<Error>${element('Code', code)}${element('Message', text)}${reason}</Error>`;
    return { contentType: 'application/xml', body: `<?xml version="1.0" encoding="utf-8"?>${error}` };
  }
  // A caller that does not ask for JSON gets Atom's form: the default of the service.
  if (request.headers.get('accept')?.includes('json') === true) {
    const contentType = 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8';
    return { contentType, body: JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: text } } }) };
  }
  const namespace = 'http://schemas.microsoft.com/ado/2007/08/dataservices/metadata';
  const content = `${element('m:code', code)}${element('m:message', text, ' xml:lang="en-US"')}`;
  const error = `<m:error xmlns:m="${namespace}">${content}</m:error>`;
  return { contentType: 'application/xml', body: `<?xml version="1.0" encoding="utf-8"?>${error}` };
}

const element = (name: string, text: string, attributes = ''): string =>
  `<${name}${attributes}>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`;
