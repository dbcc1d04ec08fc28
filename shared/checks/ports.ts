/** What the doctor needs of the world. Each port asks one thing, changes nothing in a tenant, and may fail. */

import type { ErrorCode } from '../errors.ts';
import type { Resource } from '../resource.ts';
import type { GateView } from '../mail/gate/gate-view.ts';
import type { RecentEnds } from '../mail/operating/recent-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Token } from '../tokens/token.ts';
import type { Protocol } from './protocol.ts';

/** Whether the app may use a mailbox, found out without sending anything. */
export interface MailboxProbe {
  /**
   * Returns when Graph would take a message of the app from this mailbox, as far as it can be told without sending one.
   *
   * @throws TenantpostError `MAILBOX_NOT_FOUND` (no such user in the tenant, or one without a mailbox), `SEND_FORBIDDEN` (no
   *   Mail.Send role in the token, or an RBAC scope or access policy that leaves the mailbox out), `SEND_TOKEN_REFUSED`,
   *   `SEND_THROTTLED`, `GRAPH_UNAVAILABLE`; and what Entra says when no token of the tenant can be had.
   */
  maySend(tenantId: string, mailbox: string): Promise<void>;
}

/** The same with a token at hand. Each returns what came back, in Graph's own words. */
export interface MailboxRights {
  /** @throws TenantpostError as `MailboxProbe.maySend`. */
  send(token: Token, mailbox: string): Promise<string>;
  /** @throws TenantpostError as `MailboxProbe.maySend`, `MAIL_READ_MISSING` in place of `SEND_FORBIDDEN`. */
  read(token: Token, mailbox: string): Promise<string>;
}

/** How far a connection to a service came: its name, its certificate, its first answer. */
export type Reached =
  | {
      readonly kind: 'reached';
      readonly answered: string;
      /** How many milliseconds the service's clock is ahead of ours, as near as its seconds tell. */
      readonly ahead?: number;
    }
  | { readonly kind: 'unresolved' | 'untrusted' | 'unreachable'; readonly answered: string };

/** What Entra's public directory says of a tenant, by its GUID or one of its domains. */
export type Listed =
  | {
      readonly kind: 'found';
      readonly tenantId: string;
      /** Where Entra says that the tenant is, in its own words: `microsoftonline.com`. */
      readonly instance?: string;
      /** `GCC`, `DODCON`, `DOD`: https://learn.microsoft.com/graph/deployments names those clouds. */
      readonly region?: string;
    }
  | { readonly kind: 'unknown'; readonly answered: string };

/** `somebody` where the server does not say for whom. */
export type SwitchedOffFor = 'tenant' | 'mailbox' | 'everybody' | 'somebody';

/** What a mail server of Exchange said to a token and a mailbox. */
export type SignIn =
  | { readonly kind: 'in'; readonly answered: string }
  /** The server says no more than that. */
  | { readonly kind: 'refused'; readonly answered: string }
  /** SMTP AUTH is switched off, and for whom. */
  | { readonly kind: 'switched-off'; readonly for: SwitchedOffFor; readonly answered: string }
  /** IMAP takes the token and opens nothing. */
  | { readonly kind: 'not-connected'; readonly answered: string }
  /** SMTP takes the token, and not the mailbox as sender. */
  | { readonly kind: 'not-sender'; readonly answered: string }
  | { readonly kind: 'unavailable'; readonly answered: string };

/** The three mail servers; absent where this installation has no address for one. */
export type MailServers = Readonly<Partial<Record<Protocol, MailServer>>>;

export interface MailServer {
  /** The setting that holds its address. */
  readonly setting: string;
  /** `host:port` */
  readonly address: string;
  reach(): Promise<Reached>;
  /** Signs in, asks for nothing that changes anything, and leaves. */
  signIn(token: Token, mailbox: string): Promise<SignIn>;
}

/** A tenant as this installation has recorded it, as far as the doctor asks. */
export type RecordedTenant = Pick<Tenant, 'id' | 'state' | 'since' | 'code' | 'rights' | 'mailboxes' | 'scoped'>;

/** What our own gate lets a mailbox send. */
export type SendingLimits = Pick<GateView, 'messagesInMinute' | 'recipientsInDay' | 'waiting' | 'hold'>;

/** What became of a mailbox's mail lately. */
export type RecentMail = RecentEnds;

/** Since when checks have been failing; one row each. */
export interface CheckHistory {
  read(tenantId: string): Promise<readonly FailingCheck[]>;
  write(
    tenantId: string,
    change: { readonly kept: readonly FailingCheck[]; readonly gone: readonly string[] },
  ): Promise<void>;
}

export interface FailingCheck {
  /** The check and, where it is about a mailbox, a digest of that. */
  readonly key: string;
  readonly code: ErrorCode;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly seenAt: number;
}

/** A token straight from Entra, past every cache, whatever roles it carries. */
export type FreshToken = (tenantId: string, resource: Resource) => Promise<Token>;

/** Sends one short message from a mailbox. @returns what came back. @throws TenantpostError by what happened. */
export type SendMessage = (token: Token, from: string, to: string) => Promise<string>;
