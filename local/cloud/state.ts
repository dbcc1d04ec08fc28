/**
 * What the local Microsoft cloud knows. Plain JSON throughout, so that `npm start` can keep it across restarts.
 *
 * Words are Microsoft's: a *registration* is the app as its vendor registered it; an *enterprise application* is the
 * service principal that consent creates in a tenant, with an object id of its own in each.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JWK } from 'jose';
import { z } from 'zod';

/** Only what every key has: jose checks the rest when the key is used. */
const jwk = z.custom<JWK>((value) => z.looseObject({ kty: z.string() }).safeParse(value).success, 'must be a JWK');

/** An application permission: `resource` is the API's identifier URI, `role` the value that appears in `roles`. */
const appRole = z.strictObject({ resource: z.string(), role: z.string() });

const tenant = z.strictObject({
  /** GUID. */
  id: z.string(),
  displayName: z.string(),
  /** The domain of its mailboxes, for example `contoso.example`. */
  domain: z.string(),
  /** Who may consent for the tenant: user principal names of its administrators. */
  administrators: z.array(z.string()),
  /** The private key with which Entra signs this tenant's tokens. Made when first needed. */
  signingKey: jwk.exactOptional(),
});

const registeredCertificate = z.strictObject({
  /** base64url of SHA-256 over the DER bytes: what an assertion names in `x5t#S256`. */
  thumbprint: z.string(),
  /** The certificate itself, base64 of DER. Public part only, as on a real app registration. */
  der: z.string(),
});

const registration = z.strictObject({
  /** Client id, a GUID. */
  appId: z.string(),
  displayName: z.string(),
  /** The vendor's verified publisher name, shown on the consent page. */
  publisher: z.string(),
  homeTenantId: z.string(),
  audience: z.enum(['single-tenant', 'multitenant']),
  redirectUris: z.array(z.string()),
  requiredAppRoles: z.array(appRole),
  certificates: z.array(registeredCertificate),
});

const enterpriseApp = z.strictObject({
  /** Object id of the service principal in this tenant: the `oid` of its tokens. */
  objectId: z.string(),
  tenantId: z.string(),
  appId: z.string(),
  grantedAppRoles: z.array(appRole),
  /** Epoch milliseconds. */
  consentedAt: z.number(),
});

const vaultRole = z.enum(['Key Vault Certificate User', 'Key Vault Crypto User', 'Key Vault Reader']);

const managedIdentity = z.strictObject({
  clientId: z.string(),
  principalId: z.string(),
  name: z.string(),
  /** The tenant it lives in; the first registration's home tenant if not given. */
  tenantId: z.string().exactOptional(),
  /** What the identity may do in the vault; without any of them the vault answers 403. */
  vaultRoles: z.array(vaultRole),
});

const vaultKey = z.strictObject({
  name: z.string(),
  /** 32 hexadecimal digits, as Key Vault names versions. */
  version: z.string(),
  /** Private JWK. It is never given out: only sign, wrap and unwrap use it. */
  jwk,
  operations: z.array(z.enum(['sign', 'verify', 'wrapKey', 'unwrapKey'])),
  /** Epoch seconds. */
  created: z.number(),
});

const vaultCertificate = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** base64 of DER. */
  der: z.string(),
  exportable: z.boolean(),
  /** Epoch seconds. */
  created: z.number(),
  notBefore: z.number(),
  expires: z.number(),
});

const mailbox = z.strictObject({
  tenantId: z.string(),
  /** User id, a GUID. */
  id: z.string(),
  /** User principal name and primary SMTP address. */
  address: z.string(),
  displayName: z.string(),
  /** False for a user without an Exchange licence: known to Entra, without a mailbox. */
  licensed: z.boolean().exactOptional(),
});

const emailAddress = z.strictObject({ address: z.string(), name: z.string().exactOptional() });

const storedAttachment = z.strictObject({
  name: z.string(),
  contentType: z.string(),
  /** base64. */
  content: z.string(),
  isInline: z.boolean(),
  contentId: z.string().exactOptional(),
});

/** One copy of a message in one mailbox: the sender's copy in Sent Items, or a recipient's in Inbox. */
const storedMessage = z.strictObject({
  id: z.string(),
  /** The mailbox's address. For recipients outside of the cloud's tenants this is the recipient's address. */
  mailbox: z.string(),
  folder: z.enum(['inbox', 'sentitems']),
  internetMessageId: z.string(),
  subject: z.string(),
  from: emailAddress,
  to: z.array(emailAddress),
  cc: z.array(emailAddress),
  /** Only on the sender's copy, and on the copy of the bcc recipient concerned. */
  bcc: z.array(emailAddress),
  replyTo: z.array(emailAddress),
  body: z.strictObject({ contentType: z.enum(['text', 'html']), content: z.string() }),
  /** Absent means normal. */
  importance: z.enum(['low', 'normal', 'high']).exactOptional(),
  headers: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  attachments: z.array(storedAttachment),
  /** Epoch milliseconds. */
  receivedAt: z.number(),
});

const cloudState = z.strictObject({
  tenants: z.array(tenant),
  registrations: z.array(registration),
  enterpriseApps: z.array(enterpriseApp),
  identities: z.array(managedIdentity),
  vaultKeys: z.array(vaultKey),
  vaultCertificates: z.array(vaultCertificate),
  mailboxes: z.array(mailbox),
  messages: z.array(storedMessage),
  /** How long after the click a consent takes to arrive, in milliseconds: first the principal, later its roles. */
  propagation: z.strictObject({ enterpriseApp: z.number(), roles: z.number() }),
  /** Bounds between which Entra draws the lifetime of each access token; Microsoft's own 60 to 90 minutes if not given. */
  tokenLifetimeSeconds: z.strictObject({ min: z.number(), max: z.number() }).exactOptional(),
});

export type AppRole = z.infer<typeof appRole>;
export type Tenant = z.infer<typeof tenant>;
export type Registration = z.infer<typeof registration>;
export type EnterpriseApp = z.infer<typeof enterpriseApp>;
export type ManagedIdentity = z.infer<typeof managedIdentity>;
export type VaultRole = z.infer<typeof vaultRole>;
export type VaultKey = z.infer<typeof vaultKey>;
export type VaultCertificate = z.infer<typeof vaultCertificate>;
export type Mailbox = z.infer<typeof mailbox>;
export type EmailAddress = z.infer<typeof emailAddress>;
export type StoredAttachment = z.infer<typeof storedAttachment>;
export type StoredMessage = z.infer<typeof storedMessage>;
export type CloudState = z.infer<typeof cloudState>;

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
