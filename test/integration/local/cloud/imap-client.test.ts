import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import type { TestCloud } from '../../../support/cloud.ts';
import {
  credentials,
  mailToken,
  openSignedInSmtp,
  post,
  sendMail,
  startMailCloud,
} from '../../../support/mail-servers.ts';
import { talkWithOpenssl } from '../../../support/openssl.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startMailCloud();
  const smtp = await openSignedInSmtp(cloud);
  for (const subject of ['One', 'Two', 'Three']) {
    await sendMail(smtp, {
      to: [post],
      message: `From: ${post}\r\nTo: ${post}\r\nSubject: ${subject}\r\n\r\nText of ${subject}`,
    });
  }
  smtp.close();
});
after(() => cloud.stop());

const port = (): number => Number(new URL(cloud.urls.imap).port);

async function client(overrides: { user?: string; accessToken?: string } = {}): Promise<ImapFlow> {
  const { user = post, accessToken = await mailToken(cloud) } = overrides;
  return new ImapFlow({
    host: 'localhost',
    port: port(),
    secure: true,
    tls: { ca: cloud.ca },
    auth: { user, accessToken },
    logger: false,
  });
}

describe('imapflow', () => {
  test('connects, lists, opens, fetches, searches, flags, appends, moves and logs out', async () => {
    const imap = await client();
    await imap.connect();
    assert.ok(imap.authenticated);
    assert.equal(imap.capabilities.has('LOGINDISABLED'), false);
    const folders = await imap.list();
    assert.deepEqual(folders.map(({ path, specialUse }) => [path, specialUse]).sort(), [
      ['Archive', '\\Archive'],
      ['Deleted Items', '\\Trash'],
      ['Drafts', '\\Drafts'],
      ['INBOX', '\\Inbox'],
      ['Junk Email', '\\Junk'],
      ['Outbox', undefined],
      ['Sent Items', '\\Sent'],
    ]);
    const status = await imap.status('INBOX', { messages: true, unseen: true, uidNext: true });
    assert.ok(status);
    assert.deepEqual([status.messages, status.unseen], [3, 3]);

    const lock = await imap.getMailboxLock('INBOX');
    const subjects = [];
    for await (const message of imap.fetch('1:*', { envelope: true, bodyStructure: true, flags: true, size: true })) {
      subjects.push(message.envelope?.subject);
      assert.equal(message.bodyStructure?.type, 'text/plain');
      assert.equal(message.flags?.size, 0);
    }
    assert.deepEqual(subjects, ['One', 'Two', 'Three']);
    const [found] = (await imap.search({ subject: 'two' }, { uid: true })) || [];
    assert.ok(found);
    const two = await imap.fetchOne(String(found), { source: true, bodyParts: ['1'] }, { uid: true });
    assert.ok(two && two.source);
    assert.match(two.source.toString(), /\r\nSubject: Two\r\n\r\nText of Two\r\n$/);
    assert.equal(two.bodyParts?.get('1')?.toString(), 'Text of Two\r\n');
    const { content } = await imap.download(String(found), '1', { uid: true });
    assert.ok(content);
    assert.match((await content.toArray()).join(''), /^Text of Two\s*$/);

    assert.ok(await imap.messageFlagsAdd(String(found), ['\\Seen', '\\Flagged'], { uid: true }));
    const flagged = await imap.fetchOne(String(found), { flags: true }, { uid: true });
    assert.deepEqual(flagged && [...(flagged.flags ?? [])].sort(), ['\\Flagged', '\\Seen']);

    const appended = await imap.append('Drafts', `From: ${post}\r\nSubject: Draft\r\n\r\nSoon`, ['\\Draft']);
    assert.ok(appended && appended.uid);
    const moved = await imap.messageMove(String(found), 'Archive', { uid: true });
    assert.ok(moved && moved.uidMap?.size === 1);
    assert.equal(imap.mailbox && imap.mailbox.exists, 2);
    assert.ok(await imap.messageDelete('1:*'));
    assert.equal(imap.mailbox && imap.mailbox.exists, 0);
    lock.release();
    await imap.logout();
  });

  test('learns of a new message while it idles', async () => {
    const imap = await client();
    await imap.connect();
    await imap.mailboxOpen('INBOX');
    const arrived = new Promise<{ count: number; prevCount: number }>((resolve) => imap.on('exists', resolve));
    const idling = imap.idle();
    const smtp = await openSignedInSmtp(cloud);
    await sendMail(smtp, { to: [post] });
    const { count, prevCount } = await arrived;
    assert.equal(count, prevCount + 1);
    await imap.noop();
    await idling;
    await imap.logout();
    smtp.close();
  });

  test('is told that it is authenticated but not connected, and that a token is no good', async () => {
    const kept = cloud.state.mailboxPermissions;
    cloud.state.mailboxPermissions = [];
    const imap = await client();
    imap.on('error', () => {});
    await assert.rejects(async () => {
      await imap.connect();
      await imap.mailboxOpen('INBOX');
    }, /Authentication failed/);
    assert.equal(cloud.journal.find({ service: 'imap', outcome: 'refused' }).at(-1)?.reason, 'not connected');
    imap.close();
    cloud.state.mailboxPermissions = kept;
    const refused = await client({ accessToken: 'no.such.token' });
    refused.on('error', () => {});
    await assert.rejects(refused.connect(), { authenticationFailed: true });
  });
});

test('openssl s_client verifies the server and signs in', async () => {
  const output = await talkWithOpenssl(cloud, cloud.urls.imap, [
    `a AUTHENTICATE XOAUTH2 ${await credentials(cloud)}`,
    'b LOGOUT',
  ]);
  assert.match(output, /^a OK AUTHENTICATE completed\.\r$/m);
  assert.match(output, /^b OK LOGOUT completed\.\r$/m);
});
