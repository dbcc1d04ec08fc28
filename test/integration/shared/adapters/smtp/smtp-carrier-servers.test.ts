/** What goes over the wire, and servers that are not as Exchange is. Needs loopback only. */

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { makeServerCertificate } from '../../../../../local/cloud/certificate-authority.ts';
import { SmtpCarrier } from '../../../../../shared/adapters/smtp/smtp-carrier.ts';
import type { ErrorCode, TenantpostError } from '../../../../../shared/errors.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { until } from '../../../../support/line-dialog.ts';
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

const has = (server: ScriptedSmtp, command: RegExp): boolean => server.commands.some((line) => command.test(line));
const aReadyMessage = (text: string | Buffer) => ({
  text: undefined,
  subject: undefined,
  mime: blobs.hold(`jobs/${crypto.randomUUID()}`, text),
});

describe('on the wire', () => {
  test('signs in with XOAUTH2 over TLS, and names neither the worker nor more than the mailbox', async () => {
    const server = await start();
    await send(server, { from: 'post@contoso.example', to: ['anna@customer.example'] });
    const [hello, startTls, secureHello, auth = ''] = server.commands;
    assert.deepEqual([hello, startTls, secureHello], ['EHLO [127.0.0.1]', 'STARTTLS', 'EHLO [127.0.0.1]']);
    const [, response = ''] = /^AUTH XOAUTH2 (\S+)$/.exec(auth) ?? [];
    const said = Buffer.from(response, 'base64').toString();
    assert.equal(said, `user=post@contoso.example\x01auth=Bearer ${token.value}\x01\x01`);
    assert.match(server.commands[4] ?? '', /^MAIL FROM:<post@contoso\.example> SIZE=\d+$/);
    await until(() => has(server, /^QUIT$/));
    assert.deepEqual(server.commands.slice(5), ['RCPT TO:<anna@customer.example>', 'DATA', 'QUIT']);
  });

  test('writes internationalised domains as A-labels, and asks for SMTPUTF8 where a local part needs it', async () => {
    const server = await start();
    await send(server, { to: ['anna@MÜNCHEN.example'], cc: ['ben@例え.example'] });
    assert.ok(has(server, /^RCPT TO:<anna@xn--mnchen-3ya\.example>$/));
    assert.ok(has(server, /^RCPT TO:<ben@xn--r8jz45g\.example>$/));
    assert.ok(!has(server, /SMTPUTF8/));
    await send(server, { to: ['jörg@münchen.example'] });
    assert.ok(has(server, /^MAIL FROM:<post@contoso\.example> SMTPUTF8 BODY=8BITMIME SIZE=\d+$/));
    assert.ok(has(server, /^RCPT TO:<j\u00c3\u00b6rg@xn--mnchen-3ya\.example>$/));
  });

  test('quotes a local part where the address does', async () => {
    const server = await start();
    await send(server, { to: ['"anna berg"@customer.example', '"anna"@other.example'] });
    assert.ok(has(server, /^RCPT TO:<"anna berg"@customer\.example>$/));
    assert.ok(has(server, /^RCPT TO:<anna@other\.example>$/));
  });

  test('doubles the dots at line starts, and ends each message once', async () => {
    const server = await start();
    await send(server, aReadyMessage('From: post@contoso.example\n\n.\n..\n.hidden\n\n.\r\nend\r.\rend'));
    assert.deepEqual(server.messages, [
      'From: post@contoso.example\r\n\r\n.\r\n..\r\n.hidden\r\n\r\n.\r\nend\r\n.\r\nend\r\n',
    ]);
  });
});

describe('TLS', () => {
  test('a server without STARTTLS gets no token', async () => {
    const server = await start({
      hasStartTls: false,
      command: (line) => (line === 'STARTTLS' ? '502 5.5.1 no' : undefined),
    });
    await fails('SMTP_UNAVAILABLE', server);
    assert.ok(!has(server, /AUTH|MAIL/));
  });

  test('a server that is not trusted gets none, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const stranger = await makeServerCertificate();
    const server = await start({ tls: stranger });
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    for (const setting of ['1', '0']) {
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = setting;
      try {
        const { detail } = await fails('SMTP_UNAVAILABLE', server);
        assert.match(String(detail['network']), /CERT|SIGNATURE|ISSUER/);
      } finally {
        if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
        else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
      }
    }
    assert.ok(!has(server, /AUTH|MAIL/));
  });

  test('what comes with the answer to STARTTLS, before TLS, is not believed', async () => {
    const server = await start({
      command(line, socket) {
        if (line !== 'STARTTLS') return undefined;
        socket.end('220 go\r\n250-fake\r\n250 AUTH XOAUTH2\r\n235 ok\r\n');
        return '';
      },
    });
    await fails('SMTP_UNAVAILABLE', server);
    assert.ok(!has(server, /AUTH|MAIL/));
  });
});

describe('all recipients or none', () => {
  for (const extensions of [['AUTH XOAUTH2', 'PIPELINING'], ['AUTH XOAUTH2']]) {
    test(`also where DATA is taken, ${extensions.length > 1 ? 'with' : 'without'} PIPELINING`, async () => {
      const server = await start({
        extensions,
        command: (line) => (line.startsWith('RCPT TO:<ben') ? '550 5.1.1 <ben@customer.example> unknown' : undefined),
      });
      const to = ['anna@customer.example', 'ben@customer.example', 'cleo@customer.example'];
      const { detail } = await fails('SEND_REJECTED', server, { to });
      assert.deepEqual([detail['field'], detail['serviceCode']], ['/to/1', '550 5.1.1']);
      assert.ok(has(server, /^DATA$/));
      assert.deepEqual(server.messages, []);
    });
  }
});

describe('the end of a message', () => {
  const large = 'x'.repeat(2_000_000);

  test('without the final dot there is no message: a connection that breaks in the middle sends nothing', async () => {
    const server = await start({
      data: (text, socket) => {
        if (text.length > 100_000) socket.destroy();
        return undefined;
      },
    });
    await fails('SMTP_UNAVAILABLE', server, { text: large });
    assert.deepEqual(server.messages, []);
  });

  test('a refusal in the middle is one, and nothing of the message is taken for a command', async () => {
    let isRefused = false;
    const server = await start({
      data: (text) => {
        if (isRefused || text.length < 1000) return undefined;
        isRefused = true;
        return '554 5.6.0 no';
      },
    });
    const { detail } = await fails('SEND_REJECTED', server, { text: large });
    assert.equal(detail['serviceCode'], '554 5.6.0');
    assert.equal(server.commands.at(-1), 'DATA');
  });

  test('a success in the middle is none: nobody knows', async () => {
    let isAccepted = false;
    const server = await start({
      data: (text) => {
        if (isAccepted || text.length < 1000) return undefined;
        isAccepted = true;
        return '250 2.0.0 OK';
      },
    });
    await fails('SEND_UNCONFIRMED', server, { text: large });
  });

  test('421 in answer to a whole message refuses it; half a reply says nothing', async () => {
    const closing = await start({ command: (line) => (line === '.' ? '421 4.3.2 shutting down' : undefined) });
    assert.equal((await fails('SMTP_UNAVAILABLE', closing)).detail['serviceCode'], '421 4.3.2');
    for (const half of ['25', '451 4', '250-2.0.0 OK\r\n250']) {
      const server = await start({
        command(line, socket) {
          if (line !== '.') return undefined;
          socket.end(half);
          return '';
        },
      });
      await fails('SEND_UNCONFIRMED', server);
    }
  });
});

describe('AUTH', () => {
  test('a refusal with its reason first is one refusal, with one token', async () => {
    const server = await start({
      command: (line) => {
        if (line.startsWith('AUTH')) return '334 eyJzdGF0dXMiOiI0MDAifQ==';
        return line === '' ? '535 5.7.3 Authentication unsuccessful' : undefined;
      },
    });
    await fails('SMTP_AUTH_REFUSED', server);
    assert.equal(server.commands.filter((line) => line.startsWith('AUTH')).length, 1);
  });
});

describe('what the server at hand cannot take', () => {
  test('a local part beyond ASCII, without SMTPUTF8', async () => {
    const server = await start({ extensions: ['AUTH XOAUTH2', '8BITMIME'] });
    const { detail } = await fails('TRANSPORT_CANNOT', server, {
      cc: ['anna@customer.example', 'jörg@customer.example'],
    });
    assert.equal(detail['field'], '/cc/0');
    assert.ok(!has(server, /^MAIL/));
  });

  test('octets beyond ASCII, without 8BITMIME', async () => {
    const server = await start({ extensions: ['AUTH XOAUTH2'] });
    const { detail } = await fails(
      'TRANSPORT_CANNOT',
      server,
      aReadyMessage('From: post@contoso.example\r\n\r\nGrüße'),
    );
    assert.equal(detail['field'], '/mime');
    assert.ok(!has(server, /^MAIL/));
  });

  test('a message above the size that it names', async () => {
    const server = await start({ extensions: ['AUTH XOAUTH2', 'SIZE 2000'] });
    const attachments = [{ name: 'a.bin', contentType: 'application/octet-stream', content: 'A'.repeat(4000) }];
    const { detail } = await fails('JOB_TOO_LARGE', server, { attachments });
    assert.equal(detail['expected'], 'at most 2000 bytes with their encoding');
    assert.ok(!has(server, /^MAIL/));
    await send(server);
    assert.equal(server.messages.length, 1);
  });
});
