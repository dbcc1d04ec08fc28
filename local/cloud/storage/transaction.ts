/**
 * What an entity group transaction consists of: each part is a request of its own, with its own rights.
 * https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
 */

import { readAtMost } from '../read-at-most.ts';
import type { Connection } from '../serve.ts';
import type { Refusal } from './authentication.ts';
import { type StorageRequest, storageRequest } from './operation.ts';

/** The most that the service takes: .../performing-entity-group-transactions#requirements-for-entity-group-transactions. */
const mostBytes = 4 * 1024 * 1024;

/** Of a request: its content where it was read, or why it cannot be. */
export interface ReadBody {
  content?: Buffer;
  refused?: Refusal;
}

/** Read whole, since what has to be allowed stands in it. */
export async function readTransaction({ incoming, content }: Connection): Promise<ReadBody> {
  try {
    const whole = content ?? (await readAtMost({ body: incoming }, mostBytes));
    return whole === undefined ? { refused: tooLarge } : { content: whole };
  } catch {
    return { refused: brokenOff };
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes */
const tooLarge: Refusal = {
  status: 413,
  code: 'RequestBodyTooLarge',
  message: 'The request body is too large and exceeds the maximum permissible limit.',
  reason: 'a transaction of more than 4 MB',
};

/** Nobody is there to read it. */
const brokenOff: Refusal = {
  status: 500,
  code: 'InternalError',
  message: 'The server encountered an internal error. Please retry the request.',
  reason: 'the caller went away',
};

/** No parts where it is none of the reference's form. */
export function transactionParts(content: Buffer): StorageRequest[] {
  const requests = content
    .toString('utf8')
    .matchAll(/^(GET|POST|PUT|MERGE|PATCH|DELETE) (https?:\/\/\S+) HTTP\/1\.1\r?\n((?:[\w-]+:[^\n]*\n)*)/gm);
  return [...requests].flatMap(([, method = '', url = '', lines = '']) => {
    const headers = new Headers();
    for (const line of lines.split('\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) headers.set(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    return URL.canParse(url) ? [storageRequest({ method, url, headers })] : [];
  });
}
