import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { TestCloud } from '../../../support/cloud.ts';
import { customers, graphResource } from '../../../support/cloud.ts';
import {
  credentials,
  inboxOf,
  keepState,
  openPop,
  openSignedInPop,
  openSignedInSmtp,
  post,
  sendMail,
  startMailCloud,
  xoauth2,
} from '../../../support/mail-servers.ts';

let cloud: TestCloud;
let restore: () => void;
before(async () => {
  cloud = await startMailCloud();
  const smtp = await openSignedInSmtp(cloud);
  for (const subject of ['One', 'Two']) {
    await sendMail(smtp, {
      to: [post],
      message: `Message-ID: <${subject}@x>\r\nDate: today\r\nFrom: ${post}\r\nSubject: ${subject}\r\n\r\nline 1\r\n..dotted\r\n...\r\nline 4`,
    });
  }
  smtp.close();
  restore = keepState(cloud);
});
afterEach(() => restore());
after(() => cloud.stop());

const failed = '-ERR Authentication failure: unknown user name or bad password.';
const lastEntry = () => cloud.journal.find({ service: 'pop' }).at(-1);

async function attempt(response: string): Promise<string> {
  const pop = await openPop(cloud);
  assert.equal(await pop.command('AUTH XOAUTH2'), '+');
  const answer = await pop.command(response);
  pop.close();
  return answer;
}

describe('before somebody has signed in', () => {
  test('greets like Exchange, tells what it can, and does nothing else', async () => {
    const pop = await openPop(cloud);
    assert.match(pop.greeting, /^\+OK The Microsoft Exchange POP3 service is ready\. \[[A-Za-z0-9+/]+=*\]$/);
    assert.equal(await pop.command('capa'), '+OK\r\nTOP\r\nUIDL\r\nSASL PLAIN XOAUTH2\r\nUSER\r\n.');
    assert.equal(await pop.command('STAT'), '-ERR Command is not valid in this state.');
    assert.equal(await pop.command('HELP ME'), '-ERR Protocol error. 19');
    assert.equal(await pop.command('QUIT'), '+OK Microsoft Exchange Server POP3 server signing off.');
    assert.equal(await pop.ended, 'closed');
  });

  test('refuses a password after both were said', async () => {
    const pop = await openPop(cloud);
    assert.equal(await pop.command(`USER ${post}`), '+OK');
    assert.equal(await pop.command('PASS secret'), '-ERR Logon failure: unknown user name or bad password.');
    assert.equal(lastEntry()?.reason, 'basic authentication');
    pop.close();
  });
});

describe('AUTH XOAUTH2', () => {
  test('takes the token in a second line', async () => {
    const pop = await openPop(cloud);
    pop.send('AUTH XOAUTH2\r\n');
    assert.equal(await pop.expect(/\r\n/), '+ \r\n');
    assert.equal(await pop.command(await credentials(cloud)), '+OK User successfully authenticated.');
    assert.deepEqual([lastEntry()?.operation, lastEntry()?.status, lastEntry()?.mailbox], ['AUTH', 200, post]);
    assert.equal(await pop.command('AUTH XOAUTH2'), '-ERR Command is not valid in this state.');
    pop.close();
  });

  test('refuses the token in the line of AUTH and closes the connection', async () => {
    for (const response of [await credentials(cloud), 'c2hvcnQ=']) {
      const pop = await openPop(cloud);
      assert.equal(await pop.command(`AUTH XOAUTH2 ${response}`), '-ERR Protocol error. Connection is closed. 10');
      assert.equal(await pop.ended, 'closed');
    }
  });

  test('closes the connection for a token of more than 4096 characters', async () => {
    const pop = await openPop(cloud);
    await pop.command('AUTH XOAUTH2');
    assert.equal(await pop.command(xoauth2(post, 'x'.repeat(4100))), '-ERR Protocol error. Connection is closed. 10');
    assert.equal(await pop.ended, 'closed');
  });

  test('refuses whatever is wrong with one sentence', async () => {
    const valid = await credentials(cloud);
    for (const [response, reason] of [
      ['*', 'cancelled by the client'],
      [valid.slice(4), 'malformed XOAUTH2 string'],
      [await credentials(cloud, post, { aud: graphResource }), 'token refused: audience'],
      [await credentials(cloud, post, { roles: ['IMAP.AccessAsApp'] }), 'no-app-role'],
      [await credentials(cloud, `post@${customers.fabrikam.domain}`), 'mailbox of another tenant'],
    ] as const) {
      assert.equal(await attempt(response), failed);
      assert.equal(lastEntry()?.reason, reason);
    }
    assert.match(await attempt(valid), /^\+OK /);
  });

  test('refuses without service principal, with the wrong object id, without permission, and where POP is off', async () => {
    const causes: [string, () => void][] = [
      ['protocol-disabled', () => cloud.state.mailboxes.forEach((one) => (one.exchange = { popEnabled: false }))],
      ['no-mailbox-permission', () => (cloud.state.mailboxPermissions = [])],
      ['wrong-object-id', () => cloud.state.exchangeServicePrincipals.forEach((one) => (one.objectId = 'other'))],
      ['no-service-principal', () => (cloud.state.exchangeServicePrincipals = [])],
    ];
    for (const [reason, change] of causes) {
      change();
      assert.equal(await attempt(await credentials(cloud)), failed);
      assert.equal(lastEntry()?.reason, reason);
      restore();
    }
    for (const one of cloud.state.mailboxes) one.exchange = { imapEnabled: false };
    assert.match(await attempt(await credentials(cloud)), /^\+OK /);
  });
});

describe('the inbox', () => {
  test('counts, lists and names messages', async () => {
    const pop = await openSignedInPop(cloud);
    const [one, two] = inboxOf(cloud, post);
    const [, size = ''] = /^\+OK 2 (\d+)$/.exec(await pop.command('STAT')) ?? [];
    const listed = await pop.command('LIST');
    const [, first = '', second = ''] = /^\+OK 2 \d+\r\n1 (\d+)\r\n2 (\d+)\r\n\.$/.exec(listed) ?? [];
    assert.equal(Number(first) + Number(second), Number(size));
    assert.equal(await pop.command('LIST 2'), `+OK 2 ${second}`);
    assert.equal(await pop.command('UIDL'), `+OK\r\n1 ${one?.immutableId}\r\n2 ${two?.immutableId}\r\n.`);
    assert.equal(await pop.command('UIDL 1'), `+OK 1 ${one?.immutableId}`);
    pop.close();
  });

  test('gives messages byte for byte with dots doubled, and their beginning', async () => {
    const pop = await openSignedInPop(cloud);
    const header = `Message-ID: <One@x>\r\nDate: today\r\nFrom: ${post}\r\nSubject: One\r\n\r\n`;
    assert.equal(await pop.command('RETR 1'), `+OK\r\n${header}line 1\r\n..dotted\r\n...\r\nline 4\r\n.`);
    assert.equal(await pop.command('TOP 1 0'), `+OK\r\n${header}.`);
    assert.equal(await pop.command('TOP 1 2'), `+OK\r\n${header}line 1\r\n..dotted\r\n.`);
    assert.equal(cloud.journal.find({ service: 'pop', operation: 'RETR' }).length, 1);
    pop.close();
  });

  test('refuses numbers that are none and messages that are not there', async () => {
    const pop = await openSignedInPop(cloud);
    for (const command of ['RETR 3', 'DELE 0', 'LIST 99', 'UIDL 3']) {
      assert.equal(await pop.command(command), '-ERR The specified message is out of range.', command);
    }
    for (const command of ['RETR', 'RETR x', 'TOP 1', 'TOP 1 -1', 'DELE 1 2', 'STAT now', 'NOOP 1', 'LAST']) {
      assert.equal(await pop.command(command), '-ERR Protocol error. 19', command);
    }
    assert.equal(await pop.command('NOOP'), '+OK');
    pop.close();
  });

  test('removes what is marked, at QUIT and not before', async () => {
    const pop = await openSignedInPop(cloud);
    assert.equal(await pop.command('DELE 1'), '+OK');
    assert.match(await pop.command('STAT'), /^\+OK 1 /);
    assert.equal(
      await pop.command('RETR 1'),
      '-ERR The requested message is no longer available; it may have been deleted.',
    );
    assert.equal(await pop.command('RSET'), '+OK');
    assert.match(await pop.command('STAT'), /^\+OK 2 /);
    await pop.command('DELE 2');
    pop.close();
    await pop.ended;
    assert.equal(inboxOf(cloud, post).length, 2);
    const other = await openSignedInPop(cloud);
    await other.command('DELE 2');
    await other.command('QUIT');
    assert.deepEqual(
      inboxOf(cloud, post).map(({ subject }) => subject),
      ['One'],
    );
  });

  test('is numbered once: what arrives later is seen by the next session', async () => {
    const pop = await openSignedInPop(cloud);
    const smtp = await openSignedInSmtp(cloud);
    await sendMail(smtp, { to: [post] });
    assert.match(await pop.command('STAT'), /^\+OK 2 /);
    const other = await openSignedInPop(cloud);
    assert.match(await other.command('STAT'), /^\+OK 3 /);
    for (const one of [pop, smtp, other]) one.close();
  });
});
