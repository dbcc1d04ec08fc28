import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { aToken, customers, graphResource } from '../../../support/cloud.ts';
import {
  credentials,
  mailToken,
  openSecureSmtp,
  openSmtp,
  outlook,
  post,
  startMailCloud,
  xoauth2,
} from '../../../support/mail-servers.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());

/** The reply to one attempt on a connection of its own, without the trace at its end. */
async function attempt(response: string): Promise<string> {
  const smtp = await openSecureSmtp(cloud);
  const reply = await smtp.command(`AUTH XOAUTH2 ${response}`);
  smtp.close();
  return reply.replace(/ \[localhost \d{4}-\d\d-\d\dT[\d:.]+Z [0-9A-F]{16}\]$/, '');
}

const unsuccessful = '535 5.7.3 Authentication unsuccessful';
const lastReason = (): string | undefined => cloud.journal.find({ service: 'smtp', operation: 'AUTH' }).at(-1)?.reason;

describe('before TLS', () => {
  test('offers STARTTLS and no authentication, as Exchange does', async () => {
    const smtp = await openSmtp(cloud);
    assert.match(
      smtp.greeting,
      /^220 \S+ Microsoft ESMTP MAIL Service ready at \w{3}, \d+ \w{3} \d{4} [\d:]{8} \+0000 \[[0-9A-F]{16}\]$/,
    );
    assert.equal(
      await smtp.command('EHLO client.test'),
      [
        '250-localhost Hello [127.0.0.1]',
        '250-SIZE 157286400',
        '250-PIPELINING',
        '250-DSN',
        '250-ENHANCEDSTATUSCODES',
        '250-STARTTLS',
        '250-8BITMIME',
        '250 SMTPUTF8',
      ].join('\r\n'),
    );
    smtp.close();
  });

  test('refuses AUTH before TLS with 504 and does not read the token', async () => {
    const smtp = await openSmtp(cloud);
    await smtp.command('EHLO client.test');
    const before = cloud.journal.count('smtp', 'AUTH');
    assert.match(
      await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud)}`),
      /^504 5\.7\.4 Unrecognized authentication type \[/,
    );
    assert.match(await smtp.command(`MAIL FROM:<${post}>`), /^530 5\.7\.57 Client not authenticated to send mail\. \[/);
    assert.equal(cloud.journal.count('smtp', 'AUTH'), before);
    smtp.close();
  });

  test('throws away what was sent behind STARTTLS in clear', async () => {
    const smtp = await openSmtp(cloud);
    await smtp.command('EHLO client.test');
    smtp.send(`STARTTLS\r\nAUTH XOAUTH2 ${await credentials(cloud)}\r\n`);
    await smtp.expect(/^220 2\.0\.0 SMTP server ready\r\n/);
    smtp.send('not a handshake\r\n');
    await smtp.ended;
    assert.notEqual(cloud.journal.find({ service: 'smtp' }).at(-1)?.status, 235);
  });
});

describe('XOAUTH2', () => {
  test('offers LOGIN and XOAUTH2 once TLS is there', async () => {
    const smtp = await openSecureSmtp(cloud);
    const ehlo = await smtp.command('EHLO client.test');
    assert.match(ehlo, /^250-AUTH LOGIN XOAUTH2\r$/m);
    assert.doesNotMatch(ehlo, /STARTTLS|CHUNKING|BINARYMIME/);
    smtp.close();
  });

  test('takes the token in the line of AUTH', async () => {
    assert.equal(await attempt(await credentials(cloud)), '235 2.7.0 Authentication successful');
    const entry = cloud.journal.find({ service: 'smtp', operation: 'AUTH' }).at(-1);
    assert.deepEqual([entry?.status, entry?.mailbox, entry?.tenantId], [235, post, customers.contoso.id]);
  });

  test('takes the token in a second line, after 334', async () => {
    const smtp = await openSecureSmtp(cloud);
    smtp.send('AUTH XOAUTH2\r\n');
    assert.equal(await smtp.expect(/\r\n/), '334 \r\n');
    assert.equal(await smtp.command(await credentials(cloud)), '235 2.7.0 Authentication successful');
    assert.match(await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud)}`), /^503 5\.\d\.\d /);
    smtp.close();
  });

  test('lets a client give up with an asterisk', async () => {
    const smtp = await openSecureSmtp(cloud);
    await smtp.command('AUTH XOAUTH2');
    assert.match(await smtp.command('*'), /^501 5\.7\.0 /);
    assert.match(await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud)}`), /^235 /);
    smtp.close();
  });

  test('refuses at once, without a challenge that says what was wrong', async () => {
    const smtp = await openSecureSmtp(cloud);
    await smtp.command('AUTH XOAUTH2');
    const reply = await smtp.command(xoauth2(post, 'no.such.token'));
    assert.match(reply, /^535 5\.7\.3 Authentication unsuccessful \[localhost \S+Z [0-9A-F]{16}\]$/);
    smtp.close();
  });

  test('refuses a string without its byte 1, one that is cut off, and one that is not base64', async () => {
    const token = await mailToken(cloud);
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    for (const wrong of [
      encode(`user=${post} auth=Bearer ${token}`),
      encode(`user=${post}\x01auth=Bearer ${token}\x01`),
      encode(`user=${post}\x01auth=Basic ${token}\x01\x01`),
      encode(`auth=Bearer ${token}\x01\x01`),
      (await credentials(cloud)).slice(0, -3),
      '!!!!',
      'A===',
    ]) {
      assert.equal(await attempt(wrong), unsuccessful, wrong.slice(0, 20));
      assert.equal(lastReason(), 'malformed XOAUTH2 string');
    }
  });

  test('refuses tokens for another resource, expired, of another issuer, or with a forged signature', async () => {
    const now = Math.floor(Date.now() / 1000);
    const tokens: [string, string][] = [
      ['token refused: audience', await mailToken(cloud, { aud: graphResource })],
      ['token refused: audience', await mailToken(cloud, { aud: 'https://outlook.office.com' })],
      ['token refused: expired', await mailToken(cloud, { iat: now - 7200, nbf: now - 7200, exp: now - 3600 })],
      ['token refused: issuer', await mailToken(cloud, { iss: 'https://sts.windows.net/nobody/' })],
      [
        'token refused: signature',
        await aToken(cloud, { aud: outlook, roles: ['SMTP.SendAsApp'] }, customers.fabrikam.id),
      ],
    ];
    for (const [reason, token] of tokens) {
      assert.equal(await attempt(xoauth2(post, token)), unsuccessful);
      assert.equal(lastReason(), reason);
    }
    assert.match(await attempt(xoauth2(post, await mailToken(cloud, { aud: `${outlook}/` }))), /^235 /);
  });

  test('refuses a mailbox of another tenant and one that nobody has', async () => {
    assert.equal(await attempt(await credentials(cloud, `post@${customers.fabrikam.domain}`)), unsuccessful);
    assert.equal(lastReason(), 'mailbox of another tenant');
    assert.equal(await attempt(await credentials(cloud, `nobody@${customers.contoso.domain}`)), unsuccessful);
    assert.equal(lastReason(), 'no such mailbox');
  });

  test('refuses a token without SMTP.SendAsApp', async () => {
    assert.equal(await attempt(await credentials(cloud, post, { roles: ['IMAP.AccessAsApp'] })), unsuccessful);
    assert.equal(await attempt(await credentials(cloud, post, { roles: undefined })), unsuccessful);
    assert.equal(lastReason(), 'no-app-role');
  });
});

describe('passwords', () => {
  test('refuses LOGIN with 550 5.7.30 after the password', async () => {
    const smtp = await openSecureSmtp(cloud);
    assert.match(await smtp.command('AUTH LOGIN'), /^334 /);
    assert.match(await smtp.command(Buffer.from(post).toString('base64')), /^334 /);
    const reply = await smtp.command(Buffer.from('secret').toString('base64'));
    assert.match(reply, /^550 5\.7\.30 Basic authentication is not supported for Client Submission\. \[/);
    assert.equal(lastReason(), 'basic authentication');
    smtp.close();
  });

  test('does not know PLAIN', async () => {
    const smtp = await openSecureSmtp(cloud);
    assert.match(await smtp.command('AUTH PLAIN AGEAYg=='), /^504 5\.7\.4 /);
    smtp.close();
  });
});
