/** The claim check: what stands in a mail job for content that is too large for a queue message. */

import { z } from 'zod';
import { upTo } from './line.ts';

/** What Exchange Online carries at most: https://learn.microsoft.com/graph/outlook-large-attachments */
export const mostContentBytes = 150 * 1024 * 1024;

/** Text is read into memory and goes in one request, of which Graph takes 4 MB. */
export const mostTextBytes = 4 * 1024 * 1024;

/**
 * Below `jobs/` in our own container, with segments that no URL library takes for something else: none is empty, `.` or `..`,
 * nor ends with a dot. https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
 */
const blobName = /^jobs(?:\/[A-Za-z0-9_.=+@~-]*[A-Za-z0-9_=+@~-])+$/;

const blobOf = (mostBytes: number) =>
  z.strictObject({
    blob: upTo(1024)
      .regex(blobName, 'the name of a blob like jobs/4711/invoice.pdf')
      .meta({ description: 'Its name in the container mail-content.' }),
    sha256: z
      .string()
      .regex(/^[0-9A-Fa-f]{64}$/, 'SHA-256 in 64 hexadecimal digits')
      .transform((hex) => hex.toLowerCase())
      .meta({ description: 'SHA-256 of its octets, in hexadecimal digits.' }),
    bytes: z
      .int({ error: 'a whole number' })
      .min(0, 'a whole number from 0')
      .max(mostBytes, `at most ${mostBytes} bytes`)
      .meta({ description: 'How many octets it has.' }),
  });

export const contentRef = blobOf(mostContentBytes).meta({
  id: 'content',
  description: 'Content in a blob (claim check).',
});

export const textRef = blobOf(mostTextBytes).meta({
  id: 'textContent',
  description: 'Text in a blob (claim check), in UTF-8.',
});

export type ContentRef = z.infer<typeof contentRef>;
