import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Pop3Command from 'node-pop3';
import type { TestCloud } from '../../../support/cloud.ts';
import {
  credentials,
  inboxOf,
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
  for (const subject of ['One', 'Two']) {
    await sendMail(smtp, { to: [post], message: `From: ${post}\r\nSubject: ${subject}\r\n\r\nText of ${subject}` });
  }
  smtp.close();
});
after(() => cloud.stop());

const port = (): number => Number(new URL(cloud.urls.pop).port);

/** Knows passwords only; its own connection and its way to send any command take XOAUTH2 to the server. */
async function client(): Promise<Pop3Command> {
  const pop = new Pop3Command({
    user: post,
    password: 'unused',
    host: 'localhost',
    port: port(),
    tls: true,
    tlsOptions: { ca: cloud.ca },
  });
  await pop.connect();
  return pop;
}

describe('node-pop3', () => {
  test('signs in in two lines, lists, names, reads, removes and quits', async () => {
    const pop = await client();
    await pop.command('AUTH', 'XOAUTH2');
    const [info] = await pop.command(await credentials(cloud));
    assert.equal(info, 'User successfully authenticated.');
    assert.match(await pop.STAT(), /^2 \d+$/);
    const listed = await pop.LIST();
    assert.deepEqual(
      listed.map(([number]) => number),
      ['1', '2'],
    );
    assert.deepEqual(
      await pop.UIDL(),
      inboxOf(cloud, post).map(({ immutableId }, index) => [`${index + 1}`, immutableId]),
    );
    assert.match(await pop.RETR(2), /\r\nSubject: Two\r\n\r\nText of Two$/);
    assert.match(await pop.TOP(1, 0), /\r\nSubject: One\r\n$/);
    await pop.DELE(1);
    await pop.QUIT();
    assert.deepEqual(
      inboxOf(cloud, post).map(({ subject }) => subject),
      ['Two'],
    );
  });

  test('is refused with its own USER and PASS, and with the token in the line of AUTH', async () => {
    const pop = new Pop3Command({
      user: post,
      password: 'secret',
      host: 'localhost',
      port: port(),
      tls: true,
      tlsOptions: { ca: cloud.ca },
    });
    await assert.rejects(pop.STAT(), /Logon failure: unknown user name or bad password/);
    const other = await client();
    await assert.rejects(
      other.command('AUTH', 'XOAUTH2', await credentials(cloud)),
      /Protocol error\. Connection is closed\. 10/,
    );
  });
});

test('openssl s_client verifies the server and signs in', async () => {
  const output = await talkWithOpenssl(cloud, cloud.urls.pop, [
    'AUTH XOAUTH2',
    await credentials(cloud),
    'STAT',
    'QUIT',
  ]);
  assert.match(
    output,
    /^\+ \r\n\+OK User successfully authenticated\.\r\n\+OK \d+ \d+\r\n\+OK Microsoft Exchange Server POP3/m,
  );
});
