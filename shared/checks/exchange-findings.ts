/** The findings about SMTP, IMAP and POP3, with the commands that the tenant's administrator would run. */

import type { ErrorCode } from '../errors.ts';
import { quoted } from '../tenants/exchange/quoted.ts';
import { failed, ok, type Said, skipped } from './conclude.ts';
import { diagnose, type Evidence } from './exchange-diagnosis.ts';
import type { Found } from './finding.ts';
import type { SignIn, SwitchedOffFor } from './ports.ts';
import type { Protocol } from './protocol.ts';

/** Whose they are: for the commands, and nothing secret. */
export interface Principal {
  readonly appId: string;
  /** Of the enterprise application: `oid` of its tokens. */
  readonly objectId: string;
  readonly mailbox: string;
}

const unavailable = { smtp: 'SMTP_UNAVAILABLE', imap: 'IMAP_UNAVAILABLE', pop: 'POP_UNAVAILABLE' } as const;

const tries: Readonly<Record<Protocol, string>> = {
  smtp: 'Signed in over SMTP with STARTTLS and XOAUTH2 for the mailbox.',
  imap: 'Signed in over IMAP with XOAUTH2 for the mailbox, and opened its inbox to read only.',
  pop: 'Signed in over POP3 with XOAUTH2 for the mailbox.',
};
const triedSendAs = 'Named the mailbox as sender (MAIL FROM) over SMTP, and took that back before any recipient.';

export function exchangeFindings(evidence: Evidence, principal: Principal): Found[] {
  const { here } = evidence;
  const findings: Found[] = [];
  for (const protocol of ['smtp', 'imap', 'pop'] as const) {
    const signIn = here[protocol];
    if (signIn === undefined) continue;
    findings.push(signInFinding(protocol, signIn, evidence, principal));
    if (protocol === 'smtp') findings.push(sendAsFinding(signIn, principal));
  }
  return findings;
}

function signInFinding(protocol: Protocol, signIn: SignIn, evidence: Evidence, principal: Principal): Found {
  const check = `${protocol}-sign-in` as const;
  const tried = tries[protocol];
  const { answered } = signIn;
  switch (signIn.kind) {
    case 'in':
    case 'not-sender':
      return ok(check, tried, signIn.kind === 'in' ? answered : 'signed in');
    case 'switched-off':
      return failed(check, tried, 'SMTP_AUTH_DISABLED', { answered, ...switchedOff(signIn.for, principal) });
    case 'unavailable':
      return failed(check, tried, unavailable[protocol], { answered });
    default: {
      const { code, meaning } = diagnose(protocol, evidence);
      return failed(check, tried, code, { answered, meaning, remedy: commandsFor(code, protocol, principal) });
    }
  }
}

/** https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission */
function switchedOff(whom: SwitchedOffFor, { mailbox }: Principal): Said {
  switch (whom) {
    case 'tenant':
      return {
        meaning: 'SMTP AUTH is switched off for the organisation, and the mailbox says nothing else.',
        remedy: `Set-CASMailbox ${inPowerShell(mailbox)} -SmtpClientAuthenticationDisabled $false for this mailbox alone, or Set-TransportConfig -SmtpClientAuthenticationDisabled $false for all.`,
      };
    case 'mailbox':
      return {
        meaning: 'SMTP AUTH is switched off for this mailbox, whatever the organisation says.',
        remedy: `Set-CASMailbox ${inPowerShell(mailbox)} -SmtpClientAuthenticationDisabled $false`,
      };
    case 'somebody':
      return {};
    case 'everybody':
      return {
        meaning: 'Security defaults of the tenant switch SMTP AUTH off for everybody, OAuth included.',
        remedy:
          'Send over Graph; or replace security defaults by Conditional Access in the Entra admin center, and switch SMTP AUTH on for the mailbox.',
      };
  }
}

function sendAsFinding(signIn: SignIn, { mailbox, objectId }: Principal): Found {
  if (signIn.kind === 'in') return ok('send-as', triedSendAs, 'MAIL FROM was taken');
  if (signIn.kind !== 'not-sender') return skipped('send-as', 'Nobody signed in over SMTP: see smtp-sign-in.');
  return failed('send-as', triedSendAs, 'SEND_AS_MISSING', {
    answered: signIn.answered,
    remedy: `Add-RecipientPermission -Identity ${inPowerShell(mailbox)} -Trustee ${objectId} -AccessRights SendAs -Confirm:$false`,
  });
}

/** https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth */
function commandsFor(code: ErrorCode, protocol: Protocol, principal: Principal): string | undefined {
  const { appId, objectId } = principal;
  const mailbox = inPowerShell(principal.mailbox);
  const register = `New-ServicePrincipal -AppId ${appId} -ObjectId ${objectId}`;
  const permit = `Add-MailboxPermission -Identity ${mailbox} -User ${objectId} -AccessRights FullAccess`;
  const show = `Get-ServicePrincipal: of AppId ${appId} the ObjectId must be ${objectId} (the enterprise application’s, not the app registration’s)`;
  const switchOn = protocol === 'smtp' ? undefined : `Set-CASMailbox ${mailbox} -${cas[protocol]} $true`;
  const inOrder = [`${show}; else Remove-ServicePrincipal and ${register}`, permit, switchOn];
  switch (code) {
    case 'EXCHANGE_PRINCIPAL_MISSING':
      return `${register}; then ${permit}`;
    case 'EXCHANGE_PRINCIPAL_WRONG':
      return `${show}. Else Remove-ServicePrincipal, ${register}, and grant the mailboxes again: ${permit}`;
    case 'MAILBOX_PERMISSION_MISSING':
      return permit;
    case 'PROTOCOL_DISABLED':
      return switchOn;
    case 'MAILBOX_ACCESS_REFUSED':
    case 'MAIL_SIGN_IN_REFUSED':
      return `In this order: ${inOrder.filter((one) => one !== undefined).join('; then ')}`;
    case 'SMTP_AUTH_REFUSED':
      return `In this order: ${inOrder.slice(0, 2).join('; then ')}`;
    default:
      return undefined;
  }
}

/** Commands are copied, so no full stop follows one; and an address may have an apostrophe, a dollar or an ampersand. */
const inPowerShell = (mailbox: string): string => (/^[\w.+@-]+$/.test(mailbox) ? mailbox : quoted(mailbox));

const cas = { imap: 'ImapEnabled', pop: 'PopEnabled' } as const;
