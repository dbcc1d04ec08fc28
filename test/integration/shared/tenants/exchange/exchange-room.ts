/** A local cloud in which the Exchange set-up is run to the letter, and what the app may do there afterwards. */

import assert from 'node:assert/strict';
import { after, beforeEach } from 'node:test';
import { runCmdlets } from '../../../../../local/cloud/exchange/run-cmdlets.ts';
import type { CloudState } from '../../../../../local/cloud/state.ts';
import { type ExchangeSetup, exchangeSetup } from '../../../../../shared/tenants/exchange/exchange-setup.ts';
import { aToken, customers, enterpriseAppIn, startTestCloud, vendor } from '../../../../support/cloud.ts';
import {
  anna,
  credentials,
  keepState,
  openImap,
  openPop,
  openSecureSmtp,
  post,
  sendMail,
} from '../../../../support/mail-servers.ts';

/** What an administrator who registered the app by himself copies by mistake: the object id of the app registration. */
export const registrationObjectId = '0c2f3a58-7d0e-4b8a-8a4a-2f4f0d9b1c11';

export const cloud = await startTestCloud();
after(() => cloud.stop());
export const restore = keepState(cloud);
beforeEach(restore);

export const objectId = enterpriseAppIn(cloud, customers.contoso.id)?.objectId ?? '';

export const setup = (overrides: Partial<ExchangeSetup> = {}): ExchangeSetup => ({
  form: 'script',
  organization: customers.contoso.id,
  appId: vendor.appId,
  objectId,
  displayName: 'O’Hara’s Post',
  mailboxes: [post],
  rights: ['SMTP.SendAsApp', 'IMAP.AccessAsApp', 'POP.AccessAsApp'],
  ...overrides,
});

interface Given {
  parameters?: Record<string, string>;
  files?: Record<string, string>;
}

/** What it shows; every script connects by itself and must get to its end. */
export function run(overrides: Partial<ExchangeSetup> = {}, given: Given = {}): string[] {
  const { error, lines } = runCmdlets(cloud, exchangeSetup(setup(overrides)), given);
  assert.equal(error, undefined);
  return lines;
}

type Access = 'let in' | 'refused';

/** What the mail servers say to the app, each by its protocol; SMTP also has to take a message. */
export async function accessTo(mailbox: string): Promise<Record<'smtp' | 'imap' | 'pop', Access>> {
  const xoauth2 = await credentials(cloud, mailbox);
  const smtp = await openSecureSmtp(cloud);
  const isIn = (await smtp.command(`AUTH XOAUTH2 ${xoauth2}`)).startsWith('235 ');
  const message = `From: ${mailbox}\r\nTo: ${anna}\r\nSubject: Hello\r\n\r\nHow are you?`;
  if (isIn) assert.match(await sendMail(smtp, { mailFrom: mailbox, message }), /^250 /);
  const imap = await openImap(cloud);
  await imap.command(`a AUTHENTICATE XOAUTH2 ${xoauth2}`);
  const selected = await imap.command('b SELECT INBOX');
  const pop = await openPop(cloud);
  await pop.command('AUTH XOAUTH2');
  const popped = await pop.command(xoauth2);
  const access = (isLetIn: boolean): Access => (isLetIn ? 'let in' : 'refused');
  return { smtp: access(isIn), imap: access(/^b OK/m.test(selected)), pop: access(popped.startsWith('+OK')) };
}

/** Whether Graph lets a token without roles send from the mailbox. */
export async function sendsByGraph(mailbox: string, roles: string[] | undefined): Promise<number> {
  const response = await cloud.fetch(`${cloud.urls.graph}/v1.0/users/${mailbox}/sendMail`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await aToken(cloud, { roles })}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      message: {
        subject: 'Hello',
        body: { contentType: 'text', content: 'How are you?' },
        toRecipients: [{ emailAddress: { address: anna } }],
      },
    }),
  });
  return response.status;
}

export const everything = { smtp: 'let in', imap: 'let in', pop: 'let in' };
export const nothing = { smtp: 'refused', imap: 'refused', pop: 'refused' };

/** Everything that Exchange holds. */
export const exchangeOf = ({ mailboxes, ...state }: CloudState) =>
  structuredClone([
    mailboxes.map(({ exchange }) => exchange),
    ...[state.exchangeServicePrincipals, state.mailboxPermissions, state.recipientPermissions],
    ...[state.managementScopes, state.roleAssignments, state.distributionGroups, state.exchangeOrganizations],
  ]);
