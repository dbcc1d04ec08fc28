/**
 * A local cloud whose vendor's app may use Contoso's `post@` over SMTP, IMAP and POP, and plain sockets to talk to them.
 *
 *     const cloud = await startMailCloud();
 *     const smtp = await openSmtp(cloud);
 *     assert.match(await smtp.command('EHLO test'), /^250 SMTPUTF8$/m);
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Cloud } from '../../local/cloud/cloud.ts';
import type { CloudState, StoredMessage } from '../../local/cloud/state.ts';
import {
  aToken,
  anEnterpriseApp,
  customers,
  startTestCloud,
  type TestCloud,
  type TokenOverrides,
  vendor,
} from './cloud.ts';
import { closeDialogs, dialog, type Dialog } from './line-dialog.ts';

export const post = `post@${customers.contoso.domain}`;
export const anna = `anna@${customers.contoso.domain}`;
export const outlook = 'https://outlook.office365.com';
export const appRoles = ['SMTP.SendAsApp', 'IMAP.AccessAsApp', 'POP.AccessAsApp'];

/** What an administrator does in Exchange for the app: service principal, mailbox permission, SMTP AUTH on. */
export function setUpExchange(state: CloudState, tenantId: string = customers.contoso.id): void {
  const app = state.enterpriseApps.find((one) => one.tenantId === tenantId && one.appId === vendor.appId);
  assert.ok(app, 'the app has no consent in the tenant');
  const { objectId, appId } = app;
  state.exchangeServicePrincipals.push({ tenantId, appId, objectId, displayName: 'Mailer' });
  state.exchangeOrganizations.push({ tenantId, smtpClientAuthenticationDisabled: false });
  for (const { address } of state.mailboxes.filter((one) => one.tenantId === tenantId && /^post@/.test(one.address))) {
    state.mailboxPermissions.push({ tenantId, mailbox: address, user: objectId, accessRights: ['FullAccess'] });
  }
}

export async function startMailCloud(seed: (state: CloudState) => void = () => {}): Promise<TestCloud> {
  return startTestCloud({
    seed(state) {
      state.enterpriseApps.push(anEnterpriseApp({ tenantId: customers.fabrikam.id }));
      setUpExchange(state);
      seed(state);
    },
  });
}

/** @returns puts the state back to what it is now and closes what is open, for tests that change the one and leave the other. */
export function keepState(cloud: Cloud): () => void {
  const kept = structuredClone(cloud.state);
  return () => {
    Object.assign(cloud.state, structuredClone(kept));
    cloud.faults.clear();
    closeDialogs();
  };
}

/** Contoso's token for Exchange with all three roles, or what `overrides` say. */
export const mailToken = (cloud: Cloud, overrides: TokenOverrides = {}): Promise<string> =>
  aToken(cloud, { aud: outlook, roles: appRoles, ...overrides });

export const xoauth2 = (user: string, token: string): string =>
  Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString('base64');

/** The XOAUTH2 string of the app for `post@`, or for another mailbox or token. */
export async function credentials(cloud: Cloud, user = post, overrides: TokenOverrides = {}): Promise<string> {
  return xoauth2(user, await mailToken(cloud, overrides));
}

export const inboxOf = (cloud: Cloud, address: string): StoredMessage[] =>
  cloud.state.messages.filter(({ mailbox, folder }) => mailbox === address && folder === 'inbox');

const smtpReply = (): RegExp => /^\d{3}(?: [^\r\n]*)?\r\n/m;

export interface SmtpDialog extends Dialog {
  greeting: string;
}

export async function openSmtp(cloud: Cloud): Promise<SmtpDialog> {
  const socket = connectTcp(Number(new URL(cloud.urls.smtp).port), 'localhost');
  const opened = dialog(socket, smtpReply);
  return Object.assign(opened, { greeting: (await opened.expect(smtpReply())).trimEnd() });
}

/** After EHLO, STARTTLS and EHLO. */
export async function openSecureSmtp(cloud: Cloud): Promise<SmtpDialog> {
  const plain = await openSmtp(cloud);
  await plain.command('EHLO client.test');
  assert.match(await plain.command('STARTTLS'), /^220 /);
  plain.socket.removeAllListeners('data');
  plain.socket.removeAllListeners('error');
  const socket = connectTls({ socket: plain.socket, ca: cloud.ca, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const secure = dialog(socket, smtpReply);
  await secure.command('EHLO client.test');
  return Object.assign(secure, { greeting: plain.greeting });
}

/** Signed in as the app, for `post@` or another mailbox. */
export async function openSignedInSmtp(cloud: Cloud, user = post): Promise<SmtpDialog> {
  const smtp = await openSecureSmtp(cloud);
  assert.match(await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud, user)}`), /^235 /);
  return smtp;
}

export interface OutgoingMail {
  mailFrom?: string;
  to?: string[];
  /** What goes after DATA, without the dot at its end. */
  message?: string;
}

/** Sends one message; the last reply. */
export async function sendMail(
  smtp: Dialog,
  { mailFrom = post, to = [anna], message }: OutgoingMail = {},
): Promise<string> {
  await smtp.command(`MAIL FROM:<${mailFrom}>`);
  for (const address of to) await smtp.command(`RCPT TO:<${address}>`);
  assert.match(await smtp.command('DATA'), /^354 /);
  return smtp.command(
    `${message ?? `From: ${post}\r\nTo: ${to.join(', ')}\r\nSubject: Hello\r\n\r\nHow are you?`}\r\n.`,
  );
}

async function openTls(cloud: Cloud, url: string, isWhole: (line: string) => RegExp): Promise<Dialog> {
  const socket = connectTls({ host: 'localhost', port: Number(new URL(url).port), ca: cloud.ca });
  const opened = dialog(socket, isWhole);
  await once(socket, 'secureConnect');
  return opened;
}

export interface GreetedDialog extends Dialog {
  greeting: string;
}

/** A command's answer ends with the line that has its tag. */
export async function openImap(cloud: Cloud): Promise<GreetedDialog> {
  const opened = await openTls(cloud, cloud.urls.imap, (line) => {
    const [tag = ''] = line.split(' ');
    return new RegExp(`^${tag.replace(/\W/g, '\\$&')} [^\\r\\n]*\\r\\n`, 'm');
  });
  return Object.assign(opened, { greeting: (await opened.expect(/\r\n/)).trimEnd() });
}

export async function openSignedInImap(cloud: Cloud, user = post): Promise<GreetedDialog> {
  const imap = await openImap(cloud);
  assert.equal(
    await imap.command(`in AUTHENTICATE XOAUTH2 ${await credentials(cloud, user)}`),
    'in OK AUTHENTICATE completed.',
  );
  return imap;
}

/** The answers of some commands have several lines. */
export async function openPop(cloud: Cloud): Promise<GreetedDialog> {
  const opened = await openTls(cloud, cloud.urls.pop, (line) =>
    /^(?:CAPA|LIST|UIDL|RETR \d+|TOP \d+ \d+)$/i.test(line)
      ? /^(?:-ERR[^\r\n]*|\+OK[^\r\n]*\r\n(?:[^\r\n]*\r\n)*?\.)\r\n/
      : /^(?:\+|-ERR)[^\r\n]*\r\n/,
  );
  return Object.assign(opened, { greeting: (await opened.expect(/\r\n/)).trimEnd() });
}

export async function openSignedInPop(cloud: Cloud, user = post): Promise<GreetedDialog> {
  const pop = await openPop(cloud);
  await pop.command('AUTH XOAUTH2');
  assert.equal(await pop.command(await credentials(cloud, user)), '+OK User successfully authenticated.');
  return pop;
}
