import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { TestCloud } from '../../../support/cloud.ts';
import { until } from '../../../support/line-dialog.ts';
import {
  openImap,
  openSignedInImap,
  openSignedInSmtp,
  post,
  sendMail,
  startMailCloud,
} from '../../../support/mail-servers.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startMailCloud();
  const smtp = await openSignedInSmtp(cloud);
  await sendMail(smtp, { to: [post] });
  smtp.close();
});
after(() => cloud.stop());

/** Numbers from 0 to below `most`, the same in every run. */
function sequence(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % most;
  };
}

const isAlive = async (): Promise<void> => {
  const imap = await openSignedInImap(cloud);
  assert.match(await imap.command('z SELECT INBOX'), /^z OK /m);
  imap.close();
};

describe('lines', () => {
  test('answers every mutilated command with a tagged line or an end, and serves the next client', async () => {
    const random = sequence(7);
    const models = [
      'FETCH 1:* (FLAGS UID ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (SUBJECT)]<0.9>)',
      'UID SEARCH OR (SUBJECT "x" NOT FROM y) SINCE 1-Jan-2026 UID 1:*',
      'STORE 1 +FLAGS.SILENT (\\Seen \\Flagged)',
      'LIST "" "*%*"',
      'STATUS INBOX (MESSAGES UNSEEN)',
      'COPY 1 "Archive"',
    ];
    const characters = '()[]{}"\\*%<>\x00\x01\x7f\xff ~+,:.1a';
    let imap = await openSignedInImap(cloud);
    await imap.command('s SELECT INBOX');
    for (let count = 0; count < 300; count += 1) {
      const model = models[random(models.length)] ?? '';
      const at = random(model.length);
      const mutilated =
        model.slice(0, at) + (characters[random(characters.length)] ?? '') + model.slice(at + random(4));
      // A literal announced by chance would wait for bytes.
      const line = mutilated.replace(/\{\d+\+?\}$/, '');
      imap.send(Buffer.from(`t${count} ${line}\r\n`, 'latin1'));
      const answer = await imap.expect(
        new RegExp(`^(?:t${count}|\\*) (?:OK|NO|BAD) [^\\r\\n]*\\r\\n(?:\\* BYE .*\\r\\n)?`, 'm'),
      );
      assert.doesNotMatch(answer, /Error:|node:|at .*\.ts|Server Unavailable/, line);
      if (!/BYE/.test(answer) && !/ BAD /.test(answer)) continue;
      imap.close();
      imap = await openSignedInImap(cloud);
      await imap.command('s SELECT INBOX');
    }
    imap.close();
    await isAlive();
  });

  test('closes the connection for a line without end, before and after somebody has signed in', async () => {
    for (const imap of [await openImap(cloud), await openSignedInImap(cloud)]) {
      imap.send('a '.padEnd(20_000, 'x'));
      assert.match(await imap.expect(/BYE.*\r\n/), /BAD Command Error\. 10\r\n\* BYE /);
      await imap.ended;
    }
    await isAlive();
  });

  test('refuses lists in lists without end', async () => {
    const imap = await openSignedInImap(cloud);
    await imap.command('s SELECT INBOX');
    assert.equal(
      await imap.command(`a SEARCH ${'('.repeat(4000)}ALL${')'.repeat(4000)}`),
      'a BAD Command Argument Error. 12',
    );
    assert.equal(await imap.command(`b SEARCH ${'NOT '.repeat(2000)}ALL`), '* SEARCH 1\r\nb OK SEARCH completed.');
    imap.close();
  });

  test('answers commands that come all at once, in their order', async () => {
    const imap = await openSignedInImap(cloud);
    imap.send('a NOOP\r\nb SELECT INBOX\r\nc SEARCH ALL\r\nd UNSELECT\r\ne LOGOUT\r\n');
    const answers = await imap.expect(/^e OK .*\r\n/m);
    assert.deepEqual(
      [...answers.matchAll(/^([a-e]) OK/gm)].map(([, tag]) => tag),
      ['a', 'b', 'c', 'd', 'e'],
    );
    assert.equal(await imap.ended, 'closed');
  });
});

describe('literals', () => {
  test('takes them with and without being asked', async () => {
    const imap = await openSignedInImap(cloud);
    await imap.command('s SELECT INBOX');
    imap.send('a SEARCH SUBJECT {5}\r\n');
    assert.match(await imap.expect(/\r\n/), /^\+ /);
    imap.send('Hello\r\n');
    assert.match(await imap.expect(/^a .*\r\n/m), /^\* SEARCH 1\r\na OK /);
    imap.close();
    const other = await openSignedInImap(cloud);
    await other.command('s SELECT INBOX');
    assert.match(await other.command('a SEARCH SUBJECT {5+}\r\nHello FROM {4+}\r\npost'), /^\* SEARCH 1\r\na OK /);
    other.close();
  });

  test('does not ask for one that is too large, and reads one that comes unasked to its end', async () => {
    const imap = await openSignedInImap(cloud);
    assert.match(await imap.command('a APPEND INBOX {99999999999}'), /^a BAD /);
    assert.match(await imap.command(`b SEARCH SUBJECT {50000+}\r\n${'x'.repeat(50_000)}`), /^b BAD /);
    assert.match(await imap.command('c NOOP'), /^c OK /);
    imap.close();
    const lost = await openSignedInImap(cloud);
    assert.match(await lost.command('a APPEND INBOX {99999999999+}'), /^a BAD /);
    assert.match(await lost.expect(/BYE.*\r\n/), /^\* BYE /);
    await lost.ended;
    assert.equal(cloud.state.messages.filter(({ folder }) => folder === 'inbox').length, 1);
  });
});

describe('connections', () => {
  test('are no harm when they stay silent, break off, or speak no TLS', async () => {
    const port = Number(new URL(cloud.urls.imap).port);
    const silent = connect(port, 'localhost');
    const plain = connect(port, 'localhost', () => plain.write('a LOGIN post secret\r\n'));
    plain.on('error', () => {});
    const half = await openSignedInImap(cloud);
    half.send('a APPEND INBOX {1000}\r\n');
    await half.expect(/^\+ .*\r\n/);
    half.send('From: x');
    half.close();
    const idle = await openSignedInImap(cloud);
    idle.send('a IDLE\r\n');
    await idle.expect(/^\+ .*\r\n/);
    idle.socket.end();
    await idle.ended;
    await isAlive();
    silent.destroy();
    plain.destroy();
  });
});

test('does not copy a large message as often as one command asks for it', async () => {
  const smtp = await openSignedInSmtp(cloud);
  const text = `${'x'.repeat(76)}\r\n`.repeat(50_000);
  await sendMail(smtp, { to: [post], message: `From: ${post}\r\nSubject: Large\r\n\r\n${text}` });
  smtp.close();
  const imap = await openSignedInImap(cloud);
  await imap.command('a SELECT INBOX');
  imap.socket.pause();
  const answered = cloud.journal.count('imap', 'FETCH');
  const before = process.memoryUsage().arrayBuffers;
  imap.send(`b FETCH 2 (${'BODY.PEEK[] '.repeat(100).trim()})\r\n`);
  await until(() => cloud.journal.count('imap', 'FETCH') > answered);
  // Four megabytes, and what one answer takes on its way: not four hundred.
  assert.ok(process.memoryUsage().arrayBuffers - before < 100_000_000);
  imap.close();
  await isAlive();
});
