/** How the vault itself is set up, and how long what takes time in Azure takes here. */

import { z } from 'zod';

const milliseconds = z.int().min(0);
const transactions = z.int().min(0);

/**
 * Transactions in ten seconds; what is left out is as documented:
 * https://learn.microsoft.com/azure/key-vault/general/service-limits.
 */
const vaultLimits = z.strictObject({
  /** Of software keys, by their size in bits: everything but making them. */
  rsa2048: transactions.exactOptional(),
  rsa3072: transactions.exactOptional(),
  rsa4096: transactions.exactOptional(),
  createKey: transactions.exactOptional(),
  createSecret: transactions.exactOptional(),
  /** Whatever is none of these: secrets, certificates, lists. */
  other: transactions.exactOptional(),
});

export const vaultSettings = z.strictObject({
  /** The one tenant whose tokens the vault takes; the home tenant of the first registration if not given. */
  homeTenantId: z.string().exactOptional(),
  /** How long what was deleted can be recovered: 7 to 90 days, 90 if not given. */
  recoverableDays: z.int().min(7).max(90).exactOptional(),
  /** Whether nobody can purge; off if not given, as in a new vault. */
  purgeProtection: z.boolean().exactOptional(),
  /** Until a role that is assigned lets anybody in; at once if not given. Azure takes up to ten minutes. */
  rolePropagationMilliseconds: milliseconds.exactOptional(),
  /** Until a certificate that is created is there; at once if not given. Azure takes about ten seconds. */
  certificateMilliseconds: milliseconds.exactOptional(),
  /** Until something that is deleted or recovered is; at once if not given. Azure takes some ten seconds. */
  softDeleteMilliseconds: milliseconds.exactOptional(),
  limits: vaultLimits.exactOptional(),
});

export type VaultLimits = z.infer<typeof vaultLimits>;
