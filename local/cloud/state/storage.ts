/** The settings of the vendor's storage account. What is stored in it is Azurite's. */

import { z } from 'zod';

export const storageState = {
  storageAccount: z.strictObject({
    /** Whether the account's keys, and signatures made with them, are taken beside tokens. */
    allowSharedKeyAccess: z.boolean(),
  }),
};

export const emptyStorage = () => ({ storageAccount: { allowSharedKeyAccess: true } });
