/** What the mails of a run carry. All of it is made from names, so that it is the same in every run. */

import { createHash } from 'node:crypto';

export interface AttachedContent {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  /** In the job itself, or in a blob. */
  readonly in: 'job' | 'blob';
}

const octets = 'application/octet-stream';
const kilobyte = 1024;
const megabyte = 1024 * 1024;

const inBlob = (name: string, bytes: number): AttachedContent => ({ name, contentType: octets, bytes, in: 'blob' });
const inJob = (name: string, bytes: number, contentType = octets): AttachedContent => ({
  ...{ name, contentType, bytes },
  in: 'job',
});

export const attachments = {
  inline: [
    inJob('empty.bin', 0),
    inJob('note.txt', 13, 'text/plain'),
    inJob('каталог.bin', 900),
    inJob('invoice.pdf', 3000, 'application/pdf'),
  ],
  blob: [inBlob('report.bin', 20 * kilobyte), inBlob('bericht 2026.bin', 90 * kilobyte)],
  /** Two ranges, two, and three: Graph takes 4 MB at a time. */
  upload: [
    inBlob('film-1.bin', 4 * megabyte + 1),
    inBlob('film-2.bin', 5 * megabyte),
    inBlob('film-3.bin', 9 * megabyte),
  ],
} as const satisfies Record<string, readonly AttachedContent[]>;

export const blobContents: readonly AttachedContent[] = [...attachments.blob, ...attachments.upload];

/** SHAKE256 of the name: as long as is wanted, and no two alike. */
export function bytesOf({ name, bytes }: AttachedContent): Buffer {
  // It gives one octet at least.
  if (bytes === 0) return Buffer.alloc(0);
  return createHash('shake256', { outputLength: bytes }).update(name).digest();
}

const digests = new Map<string, string>();

/** Hexadecimal. */
export function sha256Of(content: AttachedContent): string {
  const known = digests.get(content.name);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(bytesOf(content)).digest('hex');
  digests.set(content.name, digest);
  return digest;
}

export const blobNameOf = ({ name }: AttachedContent): string => `jobs/chaos/${sha256Name(name)}`;

/** Blob names hold fewer characters than file names do. */
const sha256Name = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 16);

export const bodies = {
  subjects: [
    'Your order has left',
    'Ihre Rechnung über 12 €',
    'Привет',
    'こんにちは 🌍',
    'مرحبا بكم',
    'Re: your question',
  ],
  texts: [
    'Dear reader,\n\nyour order left our house today.',
    'Zażółć gęślą jaźń.\n.\nA line with one dot stands above.',
    `${'A long line. '.repeat(120)}`,
    '你好。 שלום. ✓',
  ],
  htmls: [
    '<h1>Invoice 4711</h1><p>Thank you, <b>Ada</b>.</p>',
    '<p>Grüße &amp; Küsse 🌻</p>',
    '<ul><li>1</li><li>2</li></ul>',
  ],
} as const;
