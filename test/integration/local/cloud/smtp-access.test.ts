import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { customers } from '../../../support/cloud.ts';
import { credentials, keepState, openSecureSmtp, post, startMailCloud } from '../../../support/mail-servers.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());
afterEach(keepState(cloud));

async function attempt(roles = ['SMTP.SendAsApp']): Promise<string> {
  const smtp = await openSecureSmtp(cloud);
  const reply = await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud, post, { roles })}`);
  smtp.close();
  return reply.replace(/ \[localhost .*\]$/, '');
}

const unsuccessful = '535 5.7.3 Authentication unsuccessful';
const disabledFor = (whom: string): string =>
  `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the ${whom}. Visit https://aka.ms/smtp_auth_disabled for more information.`;

function organization() {
  const found = cloud.state.exchangeOrganizations.find(({ tenantId }) => tenantId === customers.contoso.id);
  assert.ok(found);
  return found;
}

function mailbox() {
  const found = cloud.state.mailboxes.find(({ address }) => address === post);
  assert.ok(found);
  return found;
}

test('refuses an app whose service principal is not registered in Exchange', async () => {
  assert.match(await attempt(), /^235 /);
  cloud.state.exchangeServicePrincipals = [];
  assert.equal(await attempt(), unsuccessful);
});

test('refuses an app that is registered with the object id of its registration', async () => {
  const [principal] = cloud.state.exchangeServicePrincipals;
  assert.ok(principal);
  principal.objectId = crypto.randomUUID();
  assert.equal(await attempt(), unsuccessful);
  assert.equal(cloud.journal.find({ operation: 'AUTH' }).at(-1)?.reason, 'wrong-object-id');
});

test('refuses an app without permission to the mailbox', async () => {
  cloud.state.mailboxPermissions = [];
  assert.equal(await attempt(), unsuccessful);
});

test('refuses where SMTP AUTH is off for the tenant, unless the mailbox has it on', async () => {
  organization().smtpClientAuthenticationDisabled = true;
  assert.equal(await attempt(), disabledFor('Tenant'));
  mailbox().exchange = { smtpClientAuthenticationDisabled: false };
  assert.match(await attempt(), /^235 /);
});

test('refuses where SMTP AUTH is off for the mailbox, whatever the tenant says', async () => {
  mailbox().exchange = { smtpClientAuthenticationDisabled: true };
  assert.equal(await attempt(), disabledFor('Mailbox'));
});

test('refuses where security defaults are on', async () => {
  organization().securityDefaults = true;
  assert.equal(
    await attempt(),
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
  );
});

test('takes an app that RBAC for Applications lets send, without the role in its token and without permission', async () => {
  const [principal] = cloud.state.exchangeServicePrincipals;
  assert.ok(principal);
  cloud.state.mailboxPermissions = [];
  assert.equal(await attempt(['Mail.Read']), unsuccessful);
  cloud.state.roleAssignments.push({
    tenantId: customers.contoso.id,
    name: 'Mailer',
    app: principal.objectId,
    role: 'Application SMTP.SendAsApp',
  });
  assert.match(await attempt(['Mail.Read']), /^235 /);
});

test('repeats why nobody signed in to a client that goes on without', async () => {
  organization().smtpClientAuthenticationDisabled = true;
  const smtp = await openSecureSmtp(cloud);
  await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud)}`);
  assert.match(
    await smtp.command(`MAIL FROM:<${post}>`),
    /^530 5\.7\.57 Client not authenticated to send mail\. Error: 535 5\.7\.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant\./,
  );
  smtp.close();
});
