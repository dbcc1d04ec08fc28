/** A transaction of tables by hand: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */

import type { Answer } from './plain-http.ts';

export interface RowRequest {
  readonly method: 'POST' | 'PUT';
  /** Of the table, or of the row. */
  readonly path: string;
  /** That it must have. */
  readonly version?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const [batch, changes] = ['batch_0', 'changeset_0'];

export function transaction(origin: string, rows: readonly RowRequest[]) {
  const parts = rows.flatMap(({ method, path, version, body }) => [
    `--${changes}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `${method} ${origin}${path} HTTP/1.1`,
    'Accept: application/json;odata=nometadata',
    'Content-Type: application/json',
    'Prefer: return-no-content',
    'DataServiceVersion: 3.0',
    ...(version === undefined ? [] : [`If-Match: ${version}`]),
    '',
    JSON.stringify(body),
  ]);
  const text = [
    `--${batch}`,
    `Content-Type: multipart/mixed; boundary=${changes}`,
    '',
    ...parts,
    `--${changes}--`,
    `--${batch}--`,
    '',
  ].join('\r\n');
  return { headers: { 'content-type': `multipart/mixed; boundary=${batch}` }, text };
}

/** @returns the new version of each row, in their order. @throws when one of them was not written. */
export function versionsIn({ text }: Answer): string[] {
  const refused = /^HTTP\/1\.1 (?!204)\d+.*$/m.exec(text);
  if (refused) throw new Error(`A transaction was refused: ${text.slice(0, 1000)}`);
  return [...text.matchAll(/^etag: (.*?)\r?$/gim)].map(([, version = '']) => version);
}
