/** What SMTP has no way to carry. Needs loopback only. */

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { SmtpCarrier } from '../../../../../shared/adapters/smtp/smtp-carrier.ts';
import type { ErrorCode, TenantpostError } from '../../../../../shared/errors.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { MemoryContentStore } from '../../../../support/memory-content-store.ts';
import { aMail, claimed } from '../../../../support/outgoing-mail.ts';
import { customers } from '../../../../support/cloud.ts';
import { type ScriptedSmtp, type SmtpScript, startScriptedSmtp } from '../../../../support/scripted-smtp.ts';
import { aToken } from '../../../../support/unsigned-token.ts';

const started: ScriptedSmtp[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function start(script: SmtpScript = {}): Promise<ScriptedSmtp> {
  const server = await startScriptedSmtp(script);
  started.push(server);
  return server;
}

const life = { issuedAt: Date.now(), expiresAt: Date.now() + 3_600_000 };
const token = aToken({ tenantId: customers.contoso.id, resource: 'outlook', ...life });
const blobs = new MemoryContentStore();

async function send(server: ScriptedSmtp, overrides: Record<string, unknown> = {}): Promise<void> {
  const carrier = new SmtpCarrier(server.address, Date.now, 60_000);
  await carrier.send(claimed(await aMail(overrides, blobs), token));
}

async function fails(
  code: ErrorCode,
  server: ScriptedSmtp,
  overrides: Record<string, unknown> = {},
): Promise<TenantpostError> {
  const failure = await failureOf(send(server, overrides));
  assert.equal(failure.code, code, failure.message);
  assert.doesNotMatch(shownOf(failure), /@/);
  return failure;
}

const aReadyMessage = (text: string | Buffer) => ({
  text: undefined,
  subject: undefined,
  mime: blobs.hold(`jobs/${crypto.randomUUID()}`, text),
});

describe('what SMTP cannot carry is refused before any connection, with its field', () => {
  const mime = (text: string | Buffer) => aReadyMessage(text);
  for (const [what, field, overrides] of [
    ['that no copy be kept in Sent Items', '/saveToSentItems', { saveToSentItems: false }],
    ['an address with < in quotes', '/to/1', { to: ['anna@customer.example', '"a<b"@customer.example'] }],
    ['a ready message with NUL', '/mime', mime('From: a@contoso.example\r\n\r\na\0b')],
    ['a ready message with a line of 999 octets', '/mime', mime(`From: a@contoso.example\r\n\r\n${'x'.repeat(999)}`)],
    ['a ready message with UTF-8 in its header', '/mime', mime('Subject: Grüße\r\n\r\nHello')],
    ['an address beyond ASCII in the header alone', '/replyTo/1', { replyTo: ['a@x.example', 'jörg@x.example'] }],
    ['a From beyond ASCII', '/sendAs', { sendAs: 'jörg@x.example' }],
    [
      'a multipart as an attachment',
      '/attachments/0/contentType',
      { attachments: [{ name: 'a', contentType: 'multipart/mixed', content: 'AAAA' }] },
    ],
    [
      'an attached message that is none',
      '/attachments/1/content',
      {
        attachments: [
          { name: 'a.txt', contentType: 'text/plain', content: 'AAAA' },
          { name: 'a.eml', contentType: 'message/rfc822', content: 'AAAA' },
        ],
      },
    ],
  ] as const) {
    test(what, async () => {
      const server = await start();
      const { detail } = await fails('TRANSPORT_CANNOT', server, overrides);
      assert.equal(detail['field'], field);
      assert.equal(typeof detail['expected'], 'string');
      assert.deepEqual(server.commands, []);
    });
  }

  test('lines of 998 octets in a ready message go', async () => {
    const server = await start();
    const line = 'x'.repeat(998);
    await send(server, aReadyMessage(`From: a@contoso.example\r\n\r\n${line}\r\n${line}`));
    assert.equal(server.messages[0], `From: a@contoso.example\r\n\r\n${line}\r\n${line}\r\n`);
  });
});
