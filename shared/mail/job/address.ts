/** Whom a mail job is to reach: addresses, alone or with a name. */

import { z } from 'zod';
import { address } from '../../mail-address.ts';
import { line } from './line.ts';

export { address, addressKey } from '../../mail-address.ts';

const named = z.strictObject({ address, name: line(256).optional() });

/** An address, alone or with the name to show beside it. */
export const recipient = z
  .union([address.transform((alone) => ({ address: alone })), named], {
    error: 'a mail address, or an object with address and name',
  })
  .meta({ id: 'recipient', description: 'A mail address, alone or with the name to show beside it.' });

export type MailRecipient = z.infer<typeof named>;
