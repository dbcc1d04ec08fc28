import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { customers, graphResource } from '../../../support/cloud.ts';
import { type Dialog } from '../../../support/line-dialog.ts';
import {
  credentials,
  keepState,
  openImap,
  openSignedInImap,
  post,
  startMailCloud,
} from '../../../support/mail-servers.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());
afterEach(keepState(cloud));

const failed = 'a NO AUTHENTICATE failed.';
const notConnected = 'BAD User is authenticated but not connected.';
const lastEntry = () => cloud.journal.find({ service: 'imap', operation: 'AUTHENTICATE' }).at(-1);

async function attempt(response: string): Promise<string> {
  const imap = await openImap(cloud);
  const answer = await imap.command(`a AUTHENTICATE XOAUTH2 ${response}`);
  imap.close();
  return answer;
}

/** Signs in, is not let in, and is sent away at the second command that it may not use. */
async function isNotConnected(imap: Dialog): Promise<void> {
  assert.equal(
    await imap.command(`a AUTHENTICATE XOAUTH2 ${await credentials(cloud)}`),
    'a OK AUTHENTICATE completed.',
  );
  assert.match(await imap.command('b CAPABILITY'), /^b OK CAPABILITY completed\.$/m);
  assert.equal(await imap.command('c SELECT INBOX'), `c ${notConnected}`);
  assert.equal(await imap.command('d LIST "" "*"'), `d ${notConnected}`);
  assert.equal(await imap.expect(/BYE.*\r\n/), '* BYE Connection closed. 14\r\n');
  assert.equal(await imap.ended, 'closed');
}

describe('before somebody has signed in', () => {
  test('greets like Exchange and offers XOAUTH2, no password', async () => {
    const imap = await openImap(cloud);
    assert.match(imap.greeting, /^\* OK The Microsoft Exchange IMAP4 service is ready\. \[[A-Za-z0-9+/]+=*\]$/);
    assert.equal(
      await imap.command('a capability'),
      '* CAPABILITY IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+\r\na OK CAPABILITY completed.',
    );
    assert.equal(await imap.command('b LOGIN post@contoso.example secret'), 'b NO LOGIN failed.');
    assert.match(
      await imap.command('c ID NIL'),
      /^\* ID \("name" "Microsoft\.Exchange\.Imap4\.Imap4Server" "version" "[\d.]+"\)\r\nc OK ID completed\.$/,
    );
    assert.equal(await imap.command('d SELECT INBOX'), 'd BAD Command received in Invalid state.');
    assert.equal(await imap.command('e AUTHENTICATE PLAIN AGEAYg=='), 'e NO AUTHENTICATE failed.');
    imap.close();
  });
});

describe('XOAUTH2', () => {
  test('takes the token with the command, and has more to offer after it', async () => {
    const imap = await openSignedInImap(cloud);
    assert.match(await imap.command('a CAPABILITY'), /^\* CAPABILITY (?!.*LOGINDISABLED).* MOVE /);
    assert.deepEqual(
      [lastEntry()?.status, lastEntry()?.mailbox, lastEntry()?.tenantId],
      [200, post, customers.contoso.id],
    );
    imap.close();
  });

  test('takes the token in a second line, after a plus sign', async () => {
    const imap = await openImap(cloud);
    imap.send('a AUTHENTICATE XOAUTH2\r\n');
    assert.equal(await imap.expect(/\r\n/), '+ \r\n');
    imap.send(`${await credentials(cloud)}\r\n`);
    assert.equal(await imap.expect(/\r\n/), 'a OK AUTHENTICATE completed.\r\n');
    imap.close();
  });

  test('refuses at once in the second line too, and lets a client give up', async () => {
    const imap = await openImap(cloud);
    for (const [response, answer] of [
      ['bm90aGluZw==', 'NO AUTHENTICATE failed.'],
      ['', 'NO AUTHENTICATE failed.'],
      ['*', 'BAD AUTHENTICATE cancelled.'],
    ]) {
      imap.send('a AUTHENTICATE XOAUTH2\r\n');
      await imap.expect(/^\+ \r\n/);
      imap.send(`${response}\r\n`);
      assert.equal(await imap.expect(/\r\n/), `a ${answer}\r\n`);
    }
    imap.close();
  });

  test('refuses a malformed string, a token for Graph, one without IMAP.AccessAsApp and a mailbox of another tenant', async () => {
    const valid = await credentials(cloud);
    for (const [response, reason] of [
      [valid.slice(4), 'malformed XOAUTH2 string'],
      [await credentials(cloud, post, { aud: graphResource }), 'token refused: audience'],
      [await credentials(cloud, post, { roles: ['SMTP.SendAsApp'] }), 'no-app-role'],
      [await credentials(cloud, `post@${customers.fabrikam.domain}`), 'mailbox of another tenant'],
    ] as const) {
      assert.equal(await attempt(response), failed);
      assert.deepEqual([lastEntry()?.status, lastEntry()?.reason], [400, reason]);
    }
    assert.match(await attempt(valid), /^a OK /);
  });

  test('refuses an app whose service principal is not registered in Exchange', async () => {
    cloud.state.exchangeServicePrincipals = [];
    assert.equal(await attempt(await credentials(cloud)), failed);
  });
});

describe('a good token for a mailbox that is not open to it', () => {
  test('is authenticated but not connected without permission to the mailbox', async () => {
    cloud.state.mailboxPermissions = [];
    await isNotConnected(await openImap(cloud));
    assert.equal(cloud.journal.find({ service: 'imap', operation: 'SELECT' }).at(-1)?.reason, 'not connected');
  });

  test('is authenticated but not connected when the service principal has the wrong object id', async () => {
    for (const principal of cloud.state.exchangeServicePrincipals) principal.objectId = crypto.randomUUID();
    await isNotConnected(await openImap(cloud));
  });

  test('is authenticated but not connected when IMAP is off for the mailbox, and POP is not', async () => {
    for (const mailbox of cloud.state.mailboxes) mailbox.exchange = { imapEnabled: false };
    await isNotConnected(await openImap(cloud));
    for (const mailbox of cloud.state.mailboxes) mailbox.exchange = { popEnabled: false };
    assert.match(await attempt(await credentials(cloud)), /^a OK /);
  });

  test('is authenticated but not connected on the twenty-first connection to the mailbox', async () => {
    const connections = [];
    for (let count = 0; count < 20; count += 1) connections.push(await openSignedInImap(cloud));
    assert.match((await connections.at(-1)?.command('x NOOP')) ?? '', /^x OK /);
    await isNotConnected(await openImap(cloud));
    await connections[0]?.command('x LOGOUT');
    await connections[0]?.ended;
    const imap = await openSignedInImap(cloud);
    assert.match(await imap.command('x SELECT INBOX'), /^x OK /m);
    for (const one of [...connections, imap]) one.close();
  });
});
