import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestCloud } from '../../../support/cloud.ts';
import type { Dialog } from '../../../support/line-dialog.ts';
import {
  anna,
  openSignedInImap,
  openSignedInSmtp,
  post,
  sendMail,
  startMailCloud,
} from '../../../support/mail-servers.ts';

let cloud: TestCloud;
let imap: Dialog;
before(async () => {
  cloud = await startMailCloud();
  const smtp = await openSignedInSmtp(cloud);
  await sendMail(smtp, { to: [post] });
  await sendMail(smtp, { to: [post] });
  smtp.close();
  imap = await openSignedInImap(cloud);
  await imap.command('s SELECT INBOX');
});
after(async () => {
  imap.close();
  await cloud.stop();
});

const uids = (): number[] =>
  cloud.state.messages.filter(({ mailbox, folder }) => mailbox === post && folder === 'inbox').map(({ uid }) => uid);

test('sets, adds and takes flags, silently if asked', async () => {
  assert.match(
    await imap.command('a STORE 2 FLAGS (\\Flagged $Label)'),
    /^\* 2 FETCH \(FLAGS \(\\Flagged\)\)\r\na OK STORE completed\.$/,
  );
  assert.match(await imap.command('a STORE 2 +FLAGS (\\Seen)'), /FLAGS \(\\Seen \\Flagged\)/);
  assert.equal(await imap.command('a STORE 2 -FLAGS.SILENT (\\Seen \\Flagged)'), 'a OK STORE completed.');
  assert.match(await imap.command('a FETCH 2 FLAGS'), /FLAGS \(\)/);
});

test('changes nothing in a folder that was opened with EXAMINE', async () => {
  const other = await openSignedInImap(cloud);
  assert.match(
    await other.command('s EXAMINE INBOX'),
    /PERMANENTFLAGS \(\)[\s\S]*s OK \[READ-ONLY\] EXAMINE completed\.$/,
  );
  assert.match(await other.command('a STORE 2 +FLAGS (\\Seen)'), /^a NO /);
  await other.command('a FETCH 2 BODY[]');
  assert.match(await other.command('a FETCH 2 FLAGS'), /FLAGS \(\)/);
  assert.match(await other.command('a EXPUNGE'), /^a NO /);
  other.close();
});

test('tells one session what another has changed, and removed, when it asks', async () => {
  const other = await openSignedInImap(cloud);
  const appended = await other.command('a APPEND "Junk Email" {7+}\r\nX: y\r\n\r\n');
  assert.match(appended, /APPENDUID/);
  await other.command('s SELECT "Junk Email"');
  await imap.command('s SELECT "Junk Email"');
  await other.command('a STORE 1 +FLAGS.SILENT (\\Flagged)');
  assert.equal(await other.command('b NOOP'), 'b OK NOOP completed.');
  assert.equal(await imap.command('b NOOP'), '* 1 FETCH (FLAGS (\\Flagged))\r\nb OK NOOP completed.');
  await other.command('c STORE 1 +FLAGS.SILENT (\\Deleted)');
  await other.command('c CLOSE');
  assert.equal(await imap.command('d FETCH 1 FLAGS'), 'd OK FETCH completed.');
  assert.equal(await imap.command('d NOOP'), '* 1 EXPUNGE\r\nd OK NOOP completed.');
  await imap.command('s SELECT INBOX');
  other.close();
});

test('puts a message into a folder, tells its uid, and other sessions learn of it while they wait', async () => {
  const waiting = await openSignedInImap(cloud);
  await waiting.command('s SELECT Drafts');
  waiting.send('w IDLE\r\n');
  assert.equal(await waiting.expect(/\r\n/), '+ IDLE accepted, awaiting DONE command.\r\n');
  const message = `From: ${post}\r\nTo: ${anna}\r\nSubject: Draft\r\n\r\nHello`;
  imap.send(`a APPEND Drafts (\\Draft \\Seen) "17-Nov-2026 10:00:00 +0100" {${message.length}}\r\n`);
  await imap.expect(/^\+ .*\r\n/);
  imap.send(`${message}\r\n`);
  const answer = await imap.expect(/^a .*\r\n/m);
  assert.match(answer, new RegExp(`^a OK \\[APPENDUID ${cloud.state.uidValidity} \\d+\\] APPEND completed\\.`));
  assert.equal(await waiting.expect(/EXISTS\r\n/), '* 1 EXISTS\r\n');
  waiting.send('DONE\r\n');
  assert.equal(await waiting.expect(/\r\n/), 'w OK IDLE completed.\r\n');
  assert.match(
    await waiting.command('f FETCH 1 (FLAGS INTERNALDATE)'),
    /FLAGS \(\\Seen \\Draft\) INTERNALDATE "17-Nov-2026 09:00:00 \+0000"/,
  );
  waiting.close();
});

test('copies, moves and removes, and gives each copy a uid of its own', async () => {
  await imap.command('s SELECT INBOX');
  const [first, second] = uids();
  const { uidValidity } = cloud.state;
  assert.match(
    await imap.command('a COPY 1 Archive'),
    new RegExp(`^a OK \\[COPYUID ${uidValidity} ${first} \\d+\\] COPY completed\\.$`),
  );
  assert.match(
    await imap.command(`a UID MOVE ${second} Archive`),
    new RegExp(`^\\* OK \\[COPYUID ${uidValidity} ${second} \\d+\\]\\r\\n\\* 2 EXPUNGE\\r\\na OK MOVE completed\\.$`),
  );
  await imap.command('a STORE 1 +FLAGS.SILENT (\\Deleted)');
  assert.equal(await imap.command('a UID EXPUNGE 999999'), 'a OK EXPUNGE completed.');
  assert.equal(await imap.command('a EXPUNGE'), '* 1 EXPUNGE\r\na OK EXPUNGE completed.');
  assert.match(await imap.command('a STATUS Archive (MESSAGES)'), /MESSAGES 2/);
  assert.equal(await imap.command('a CLOSE'), 'a OK CLOSE completed.');
  assert.equal(
    await imap.command('a LOGOUT'),
    '* BYE Microsoft Exchange Server IMAP4 server signing off.\r\na OK LOGOUT completed.',
  );
  assert.equal(await imap.ended, 'closed');
});
