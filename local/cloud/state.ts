/**
 * What the local Microsoft cloud knows. Plain JSON throughout, so that `npm start` can keep it across restarts.
 *
 * Words are Microsoft's: a *registration* is the app as its vendor registered it; an *enterprise application* is the
 * service principal that consent creates in a tenant, with an object id of its own in each.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { directoryState, emptyDirectory } from './state/directory.ts';
import { emptyExchange, exchangeState } from './state/exchange.ts';
import { emptyLimits, limitsState } from './state/limits.ts';
import { emptyMail, mailState } from './state/mail.ts';
import { emptyStorage, storageState } from './state/storage.ts';
import { emptyVault, vaultState } from './state/vault.ts';

export type { AppRole, EnterpriseApp, Registration, Tenant } from './state/directory.ts';
export type { ExchangeOrganization } from './state/exchange.ts';
export type {
  EmailAddress,
  FolderName,
  Mailbox,
  StoredAttachment,
  StoredContent,
  StoredMessage,
  UploadSession,
} from './state/mail.ts';
export type { AssignedStorageRole, AssignedVaultRole, StorageRole, VaultRole } from './state/azure-roles.ts';
export type { VaultLimits } from './state/vault-settings.ts';
export type {
  ManagedIdentity,
  VaultCertificate,
  VaultCertificatePolicy,
  VaultDeletion,
  VaultKey,
  VaultPendingCertificate,
  VaultSecret,
} from './state/vault.ts';

const cloudState = z.strictObject({
  ...directoryState,
  ...vaultState,
  ...storageState,
  ...mailState,
  ...exchangeState,
  ...limitsState,
});

export type CloudState = z.infer<typeof cloudState>;

export const emptyState = (): CloudState => ({
  ...emptyDirectory(),
  ...emptyVault(),
  ...emptyStorage(),
  ...emptyMail(),
  ...emptyExchange(),
  ...emptyLimits(),
});

/**
 * Reads a state kept by `saveState`, or nothing when there is none yet.
 *
 * @throws when another version of this program kept it, naming the file and the field.
 */
export function loadState(file: string): CloudState | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = cloudState.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') || 'the whole';
  throw new Error(`${file} was kept by another version (${field}: ${issue?.message}): delete .local/ to begin anew.`);
}

/** Nothing for what is no JSON: the schema refuses that. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes beside the file and renames, so that a process that dies while writing leaves the former state whole. */
export function saveState(file: string, state: CloudState): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
