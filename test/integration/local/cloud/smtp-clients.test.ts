import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { makeServerCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { anna, credentials, inboxOf, mailToken, post, startMailCloud } from '../../../support/mail-servers.ts';
import { talkWithOpenssl } from '../../../support/openssl.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());

const port = (): number => Number(new URL(cloud.urls.smtp).port);

describe('nodemailer', () => {
  async function transport(
    overrides: { user?: string; accessToken?: string; ca?: string; maxConnections?: number } = {},
  ) {
    const { user = post, accessToken = await mailToken(cloud), ca = cloud.ca, maxConnections = 3 } = overrides;
    const made = createTransport({
      pool: true,
      maxConnections,
      host: 'localhost',
      port: port(),
      requireTLS: true,
      tls: { ca },
      auth: { type: 'OAuth2', user, accessToken },
    });
    after(() => made.close());
    return made;
  }

  test('sends a pool of messages with attachments over three connections', async () => {
    const pool = await transport();
    const had = inboxOf(cloud, anna).length;
    const sent = await Promise.all(
      Array.from({ length: 12 }, (_, number) =>
        pool.sendMail({
          from: post,
          to: anna,
          subject: `Grüße ${number}`,
          html: '<p>Hello</p>',
          attachments: [{ filename: 'a.txt', content: Buffer.alloc(20_000, 'a') }],
        }),
      ),
    );
    for (const { response, accepted } of sent) {
      assert.match(response, /^250 2\.0\.0 OK <.+> \[Hostname=localhost\]$/);
      assert.deepEqual(accepted, [anna]);
    }
    const received = inboxOf(cloud, anna).slice(had);
    assert.deepEqual(received.map(({ subject }) => subject).sort(), sent.map((_, number) => `Grüße ${number}`).sort());
    assert.ok(received.every(({ attachments }) => attachments[0]?.name === 'a.txt'));
    assert.ok(cloud.journal.count('smtp', 'AUTH') <= 3);
  });

  test("tells Exchange's replies as they are: a bad token, another sender, too many connections", async () => {
    await assert.rejects((await transport({ accessToken: 'no.such.token' })).sendMail({ from: post, to: anna }), {
      code: 'EAUTH',
      responseCode: 535,
      message: /5\.7\.3 Authentication unsuccessful/,
    });
    await assert.rejects((await transport()).sendMail({ from: anna, to: post }), {
      code: 'EENVELOPE',
      responseCode: 550,
      message: /5\.7\.60 /,
    });
    const envelope = { from: post, to: [anna] };
    await assert.rejects((await transport()).sendMail({ envelope, from: anna, to: anna, text: 'Hello' }), {
      code: 'EMESSAGE',
      responseCode: 554,
      message: /5\.2\.252 SendAsDenied/,
    });
  });

  test('does not trust the server without the CA of the cloud', async () => {
    const { ca } = await makeServerCertificate();
    await assert.rejects((await transport({ ca })).sendMail({ from: post, to: anna }), /certificate/);
  });
});

test('openssl s_client -starttls smtp verifies the server and signs in', async () => {
  const output = await talkWithOpenssl(
    cloud,
    cloud.urls.smtp,
    ['EHLO client.test', `AUTH XOAUTH2 ${await credentials(cloud)}`, 'quit'],
    ['-starttls', 'smtp'],
  );
  assert.match(output, /^235 2\.7\.0 Authentication successful\r$/m);
  assert.match(output, /^221 2\.0\.0 /m);
});
