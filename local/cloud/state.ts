/**
 * What the local Microsoft cloud knows. Plain JSON throughout, so that `npm start` can keep it across restarts.
 *
 * Words are Microsoft's: a *registration* is the app as its vendor registered it; an *enterprise application* is the
 * service principal that consent creates in a tenant, with an object id of its own in each.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JWK } from 'jose';

/** An application permission: `resource` is the API's identifier URI, `role` the value that appears in `roles`. */
export interface AppRole {
  resource: string;
  role: string;
}

export interface Tenant {
  /** GUID. */
  id: string;
  displayName: string;
  /** The domain of its mailboxes, for example `contoso.example`. */
  domain: string;
  /** Who may consent for the tenant: user principal names of its administrators. */
  administrators: string[];
  /** The private key with which Entra signs this tenant's tokens. Made when first needed. */
  signingKey?: JWK;
}

interface RegisteredCertificate {
  /** base64url of SHA-256 over the DER bytes: what an assertion names in `x5t#S256`. */
  thumbprint: string;
  /** The certificate itself, base64 of DER. Public part only, as on a real app registration. */
  der: string;
}

export interface Registration {
  /** Client id, a GUID. */
  appId: string;
  displayName: string;
  /** The vendor's verified publisher name, shown on the consent page. */
  publisher: string;
  homeTenantId: string;
  audience: 'single-tenant' | 'multitenant';
  redirectUris: string[];
  requiredAppRoles: AppRole[];
  certificates: RegisteredCertificate[];
}

export interface EnterpriseApp {
  /** Object id of the service principal in this tenant: the `oid` of its tokens. */
  objectId: string;
  tenantId: string;
  appId: string;
  grantedAppRoles: AppRole[];
  /** Epoch milliseconds. */
  consentedAt: number;
}

export interface ManagedIdentity {
  clientId: string;
  principalId: string;
  name: string;
  /** The tenant it lives in; the first registration's home tenant if not given. */
  tenantId?: string;
  /** What the identity may do in the vault; without any of them the vault answers 403. */
  vaultRoles: VaultRole[];
}

export type VaultRole = 'Key Vault Certificate User' | 'Key Vault Crypto User' | 'Key Vault Reader';

export interface VaultKey {
  name: string;
  /** 32 hexadecimal digits, as Key Vault names versions. */
  version: string;
  /** Private JWK. It is never given out: only sign, wrap and unwrap use it. */
  jwk: JWK;
  operations: ('sign' | 'verify' | 'wrapKey' | 'unwrapKey')[];
  /** Epoch seconds. */
  created: number;
}

export interface VaultCertificate {
  name: string;
  version: string;
  /** base64 of DER. */
  der: string;
  exportable: boolean;
  /** Epoch seconds. */
  created: number;
  notBefore: number;
  expires: number;
}

export interface Mailbox {
  tenantId: string;
  /** User id, a GUID. */
  id: string;
  /** User principal name and primary SMTP address. */
  address: string;
  displayName: string;
  /** False for a user without an Exchange licence: known to Entra, without a mailbox. */
  licensed?: boolean;
}

export interface EmailAddress {
  address: string;
  name?: string;
}

export interface StoredAttachment {
  name: string;
  contentType: string;
  /** base64. */
  content: string;
  isInline: boolean;
  contentId?: string;
}

/** One copy of a message in one mailbox: the sender's copy in Sent Items, or a recipient's in Inbox. */
export interface StoredMessage {
  id: string;
  /** The mailbox's address. For recipients outside of the cloud's tenants this is the recipient's address. */
  mailbox: string;
  folder: 'inbox' | 'sentitems';
  internetMessageId: string;
  subject: string;
  from: EmailAddress;
  to: EmailAddress[];
  cc: EmailAddress[];
  /** Only on the sender's copy, and on the copy of the bcc recipient concerned. */
  bcc: EmailAddress[];
  replyTo: EmailAddress[];
  body: { contentType: 'text' | 'html'; content: string };
  /** Absent means normal. */
  importance?: 'low' | 'normal' | 'high';
  headers: { name: string; value: string }[];
  attachments: StoredAttachment[];
  /** Epoch milliseconds. */
  receivedAt: number;
}

export interface CloudState {
  tenants: Tenant[];
  registrations: Registration[];
  enterpriseApps: EnterpriseApp[];
  identities: ManagedIdentity[];
  vaultKeys: VaultKey[];
  vaultCertificates: VaultCertificate[];
  mailboxes: Mailbox[];
  messages: StoredMessage[];
  /** How long after the click a consent takes to arrive, in milliseconds: first the principal, later its roles. */
  propagation: { enterpriseApp: number; roles: number };
  /** Bounds between which Entra draws the lifetime of each access token; Microsoft's own 60 to 90 minutes if not given. */
  tokenLifetimeSeconds?: { min: number; max: number };
}

export function emptyState(): CloudState {
  return {
    tenants: [],
    registrations: [],
    enterpriseApps: [],
    identities: [],
    vaultKeys: [],
    vaultCertificates: [],
    mailboxes: [],
    messages: [],
    propagation: { enterpriseApp: 0, roles: 0 },
  };
}

/** Reads a state kept by `saveState`, or nothing when there is none yet. */
export function loadState(file: string): CloudState | undefined {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as CloudState;
}

/** Writes beside the file and renames, so that a process that dies while writing leaves the former state whole. */
export function saveState(file: string, state: CloudState): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
