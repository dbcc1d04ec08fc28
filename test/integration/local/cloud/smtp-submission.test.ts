import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { customers, enterpriseAppIn } from '../../../support/cloud.ts';
import {
  anna,
  inboxOf,
  openSecureSmtp,
  openSignedInSmtp,
  post,
  sendMail,
  startMailCloud,
} from '../../../support/mail-servers.ts';
import { contentOf } from '../../../../local/cloud/mail/content.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());

const lastEntry = () => cloud.journal.find({ service: 'smtp', operation: 'submit' }).at(-1);
const countMessages = (): number => cloud.state.messages.length;

/** The bytes that a mailbox holds of its newest message. */
function newestIn(address: string): string {
  const newest = inboxOf(cloud, address).at(-1);
  assert.ok(newest?.mime !== undefined);
  return contentOf(cloud, newest.mime).toString();
}

describe('a message', () => {
  test('is delivered to whom RCPT TO names and kept in Sent Items, and its id is in the reply', async () => {
    const smtp = await openSignedInSmtp(cloud);
    const message = `From: ${post}\r\nTo: a list\r\nSubject: Offer\r\nMessage-ID: <one@contoso.example>\r\n\r\n..two dots`;
    const reply = await sendMail(smtp, { to: [anna, 'erin@elsewhere.example'], message });
    assert.equal(reply, '250 2.0.0 OK <one@contoso.example> [Hostname=localhost]');
    assert.equal(inboxOf(cloud, 'erin@elsewhere.example').at(-1)?.subject, 'Offer');
    assert.match(newestIn(anna), /^Date: [^\r]+\r\nFrom: .*\r\nTo: a list\r\n[\s\S]*\r\n\r\n\.two dots\r\n$/);
    const sent = cloud.state.messages.filter(({ mailbox, folder }) => mailbox === post && folder === 'sentitems');
    assert.equal(sent.at(-1)?.internetMessageId, '<one@contoso.example>');
    assert.deepEqual([lastEntry()?.status, lastEntry()?.mailbox], [250, post]);
    smtp.close();
  });

  test('gets the fields that every message must have where the client left them out', async () => {
    const smtp = await openSignedInSmtp(cloud);
    const reply = await sendMail(smtp, { message: 'Subject: Bare\r\n\r\nHello' });
    const [, id = 'none'] = /^250 2\.0\.0 OK (<[^>]+@contoso\.example>) /.exec(reply) ?? [];
    assert.match(
      newestIn(anna),
      new RegExp(`^From: <${post}>\\r\\nDate: \\w{3}, .*\\+0000\\r\\nMessage-ID: ${id}\\r\\n`),
    );
    smtp.close();
  });

  test('shows no recipient to the others: Bcc is taken out', async () => {
    const smtp = await openSignedInSmtp(cloud);
    await sendMail(smtp, { message: `From: ${post}\r\nTo: ${anna}\r\nBcc: secret@elsewhere.example\r\n\r\nHello` });
    assert.doesNotMatch(newestIn(anna), /bcc|secret/i);
    smtp.close();
  });

  test('goes out once for each DATA on one connection', async () => {
    const smtp = await openSignedInSmtp(cloud);
    const had = inboxOf(cloud, anna).length;
    for (const _ of [1, 2, 3]) assert.match(await sendMail(smtp), /^250 2\.0\.0 OK /);
    assert.equal(inboxOf(cloud, anna).length, had + 3);
    assert.equal(await smtp.command('QUIT'), '221 2.0.0 Service closing transmission channel');
    assert.equal(await smtp.ended, 'closed');
  });

  test('is not delivered when the client leaves in the middle of it', async () => {
    const smtp = await openSignedInSmtp(cloud);
    const had = countMessages();
    await smtp.command(`MAIL FROM:<${post}>`);
    await smtp.command(`RCPT TO:<${anna}>`);
    await smtp.command('DATA');
    smtp.send(`From: ${post}\r\nSubject: Half\r\n\r\nHel`);
    smtp.close();
    await smtp.ended;
    const other = await openSignedInSmtp(cloud);
    await sendMail(other);
    assert.equal(countMessages(), had + 2);
    other.close();
  });
});

describe('senders', () => {
  test('refuses MAIL FROM that is not the mailbox', async () => {
    const smtp = await openSignedInSmtp(cloud);
    const reply = await smtp.command(`MAIL FROM:<${anna}>`);
    assert.match(reply, /^550 5\.7\.60 SMTP; Client does not have permissions to send as this sender \[/);
    assert.match(await smtp.command(`MAIL FROM:<${post}>`), /^250 2\.1\.0 Sender OK$/);
    smtp.close();
  });

  test('refuses a From field that is not the mailbox, after DATA, and delivers nothing', async () => {
    const smtp = await openSignedInSmtp(cloud);
    const had = countMessages();
    const reply = await sendMail(smtp, { message: `From: ${anna}\r\nTo: ${anna}\r\n\r\nHello` });
    assert.match(
      reply,
      new RegExp(`^554 5\\.2\\.252 SendAsDenied; ${post} not allowed to send as ${anna}; .*\\[Hostname=localhost\\]$`),
    );
    assert.equal(countMessages(), had);
    assert.equal(lastEntry()?.code, '5.2.252');
    smtp.close();
  });

  test('refuses a second From address that is not the mailbox, in the same field or another', async () => {
    const smtp = await openSignedInSmtp(cloud);
    const had = countMessages();
    const denied = new RegExp(`^554 5\\.2\\.252 SendAsDenied; ${post} not allowed to send as ${anna}; `);
    const sender = `Sender: ${post}\r\n`;
    for (const from of [`From: ${post}, ${anna}`, `From: ${post}\r\nFrom: ${anna}`, `From: us: ${post}, ${anna};`]) {
      assert.match(await sendMail(smtp, { message: `${sender}${from}\r\n\r\nHello` }), denied);
      assert.match(await sendMail(smtp, { message: `${from}\r\n\r\nHello` }), /^550 5\.1\.20 Multiple From addresses /);
    }
    assert.equal(countMessages(), had);
    smtp.close();
  });

  test('takes another sender where the app, or the mailbox, has SendAs', async () => {
    const trustee = enterpriseAppIn(cloud, customers.contoso.id)?.objectId ?? '';
    const permission = { tenantId: customers.contoso.id, mailbox: anna, accessRights: ['SendAs'] as ['SendAs'] };
    for (const who of [trustee, post]) {
      cloud.state.recipientPermissions = [{ ...permission, trustee: who }];
      const smtp = await openSignedInSmtp(cloud);
      assert.match(await sendMail(smtp, { mailFrom: anna, message: `From: ${anna}\r\n\r\nHello` }), /^250 2\.0\.0 OK /);
      smtp.close();
    }
    cloud.state.recipientPermissions = [];
    const smtp = await openSignedInSmtp(cloud);
    assert.match(await smtp.command(`MAIL FROM:<${anna}>`), /^550 5\.7\.60 /);
    smtp.close();
  });
});

describe('commands', () => {
  test('refuses commands in the wrong order and what is none', async () => {
    const smtp = await openSecureSmtp(cloud);
    assert.match(await smtp.command(`RCPT TO:<${anna}>`), /^530 5\.7\.57 /);
    smtp.close();
    const signedIn = await openSignedInSmtp(cloud);
    const expected: [string, RegExp][] = [
      [`RCPT TO:<${anna}>`, /^503 5\.5\.2 Need mail command/],
      ['DATA', /^503 5\.5\.2 Need rcpt command/],
      ['MAIL FROM:<two@@signs>', /^501 5\.1\.7 Invalid address/],
      [`MAIL FROM:<${post}> SIZE=many`, /^501 5\.5\.4 Invalid arguments/],
      [`MAIL FROM:<${post}>`, /^250 2\.1\.0 Sender OK$/],
      [`MAIL FROM:<${post}>`, /^503 5\.5\.2 Sender already specified/],
      ['RCPT TO:<nobody>', /^501 5\.1\.3 Invalid address/],
      [`RCPT TO:<${anna}>`, /^250 2\.1\.5 Recipient OK$/],
      ['RSET', /^250 2\.0\.0 Resetting$/],
      ['BDAT 5 LAST', /^500 5\.3\.3 Unrecognized command/],
      ['NOOP', /^250 2\.0\.0 OK$/],
    ];
    for (const [command, reply] of expected) assert.match(await signedIn.command(command), reply, command);
    signedIn.close();
  });

  test('closes the connection after many commands that are none', async () => {
    const smtp = await openSecureSmtp(cloud);
    for (let count = 0; count < 9; count += 1) await smtp.command('FOO');
    assert.match(await smtp.command('FOO'), /^421 4\.7\.0 /);
    await smtp.ended;
  });
});
