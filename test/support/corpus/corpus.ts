/**
 * Awkward mails, the same each time: what mail programs, gateways and libraries are known to get wrong.
 *
 *     for (const { title, job } of corpus()) await send(job);
 */

import { addresses } from './addresses.ts';
import { attachments } from './attachments.ts';
import { headers } from './headers.ts';
import { readyMessages } from './ready-messages.ts';
import type { Specimen } from './specimen.ts';
import { texts } from './texts.ts';

export { corpusBlobs, type Specimen } from './specimen.ts';

export const corpus = (): readonly Specimen[] => [
  ...texts(),
  ...headers(),
  ...addresses(),
  ...attachments(),
  ...readyMessages(),
];
