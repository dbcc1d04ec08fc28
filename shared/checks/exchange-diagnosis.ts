/**
 * Tells apart what Exchange answers alike. A refused sign-in has one sentence for many causes; several protocols and several
 * mailboxes together have fewer. Seen in https://github.com/jstedfast/MailKit/issues/1496 and
 * https://github.com/simonrob/email-oauth2-proxy/issues/74: IMAP takes the token of an app that is registered in Exchange, and
 * only then finds the mailbox closed; of an app that is not registered it does not take the token.
 */

import type { ErrorCode } from '../errors.ts';
import type { SignIn } from './ports.ts';
import { nameOf, type Protocol, protocols } from './protocol.ts';

/** What each protocol that was tried said, of one mailbox. */
export type SignIns = Readonly<Partial<Record<Protocol, SignIn>>>;

export interface Evidence {
  readonly here: SignIns;
  /** The same of other mailboxes of the tenant, where the doctor knows some. */
  readonly elsewhere: readonly SignIns[];
  /** Whether Graph knows the mailbox: else its address may be wrong. */
  readonly isKnown: boolean;
}

export interface Diagnosis {
  readonly code: ErrorCode;
  readonly meaning?: string;
}

const signsIn = (one: SignIn | undefined): boolean => one?.kind === 'in' || one?.kind === 'not-sender';
const opensAny = (tried: SignIns): boolean => protocols.some((protocol) => signsIn(tried[protocol]));
const isClosed = (one: SignIn | undefined): boolean => one?.kind === 'refused' || one?.kind === 'not-connected';

/** Whether other mailboxes would tell more: something was refused here, and nothing opened. */
export function wantsComparison(here: SignIns): Protocol | undefined {
  if (opensAny(here)) return undefined;
  return (['imap', 'smtp', 'pop'] as const).find((protocol) => isClosed(here[protocol]));
}

/** @param protocol one that was refused or not connected; the token carries its permission. */
export function diagnose(protocol: Protocol, { here, elsewhere, isKnown }: Evidence): Diagnosis {
  const name = nameOf[protocol];
  const open = protocols.filter((one) => signsIn(here[one])).map((one) => nameOf[one]);
  if (open.length > 0) return otherwiseOpen(protocol, open.join(' and '));
  if (elsewhere.some(opensAny)) {
    return {
      code: 'MAILBOX_PERMISSION_MISSING',
      meaning: `The app signs in to another mailbox of the tenant and not to this one: it has no FullAccess here${
        protocol === 'smtp' || Object.keys(here).length > 1 ? '' : `, or ${name} is switched off for the mailbox`
      }.`,
    };
  }
  if (here.imap?.kind === 'not-connected') {
    return elsewhere.length > 0
      ? {
          code: 'EXCHANGE_PRINCIPAL_WRONG',
          meaning:
            'Exchange knows the app and opens none of the tenant’s mailboxes to it: as a rule the service principal is registered with another object id than that of the enterprise application; else no mailbox has been granted yet.',
        }
      : { code: 'MAILBOX_ACCESS_REFUSED' };
  }
  if (here.imap?.kind === 'refused' && isKnown) {
    return {
      code: 'EXCHANGE_PRINCIPAL_MISSING',
      meaning:
        'The token carries the permission and the mailbox is there, and IMAP does not even take the token: the service principal of the app is not registered in Exchange, or not for long enough.',
    };
  }
  return sayingNoMore(protocol, isKnown);
}

function otherwiseOpen(protocol: Protocol, open: string): Diagnosis {
  if (protocol !== 'smtp') {
    return {
      code: 'PROTOCOL_DISABLED',
      meaning: `The app signs in to the mailbox over ${open}, so its registration and permission are right: ${nameOf[protocol]} is switched off for this mailbox.`,
    };
  }
  return {
    code: 'SMTP_AUTH_REFUSED',
    meaning: `The app signs in to the mailbox over ${open}, so its registration and permission are right; SMTP.SendAsApp has not arrived in Exchange yet, or authenticated SMTP is blocked by a policy of the tenant.`,
  };
}

function sayingNoMore(protocol: Protocol, isKnown: boolean): Diagnosis {
  const code = protocol === 'smtp' ? 'SMTP_AUTH_REFUSED' : 'MAIL_SIGN_IN_REFUSED';
  const also = isKnown ? '' : ' Or there is no such mailbox: without a right on Graph nobody could ask.';
  const off = protocol === 'smtp' ? '' : `, or ${nameOf[protocol]} is switched off for the mailbox`;
  return {
    code,
    meaning: `${nameOf[protocol]} gives one answer for all of these: the service principal is not registered in Exchange, or with the wrong object id, or has no FullAccess to the mailbox${off}.${also} Granting IMAP.AccessAsApp as well would let the doctor tell them apart.`,
  };
}
