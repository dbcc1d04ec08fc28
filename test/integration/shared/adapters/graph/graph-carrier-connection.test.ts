/**
 * What becomes of a mail when the connection fails. Only if no connection stood can it be said that nothing left; from then
 * on nobody knows, and a second try could be a second mail.
 */

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { makeServerCertificate } from '../../../../../local/cloud/certificate-authority.ts';
import { freePort } from '../../../../../local/free-port.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { aParsedMailJob } from '../../../../support/mail-job.ts';
import { sent } from '../../../../support/scripted-graph.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../../../../support/scripted-server.ts';
import { aToken, aTokenValue } from '../../../../support/unsigned-token.ts';

const name = 'words-of-the-mail';
const job = aParsedMailJob({
  from: `box-${name}@contoso.example`,
  to: [{ address: `anna-${name}@customer.example`, name: `Anna ${name}` }],
  subject: `Subject ${name}`,
  text: `Text ${name}`,
});
const token = aToken({ value: aTokenValue({ jti: 'the token' }) });

/** The error of one send, once it is sure that it shows nothing of the mail. */
async function failed(url: string) {
  const error = await failureOf(sent(url, { job, token }));
  const shown = shownOf(error);
  for (const secret of [name, token.value]) assert.equal(shown.includes(secret), false, shown);
  assert.ok(error.cause instanceof Error);
  return error;
}

async function scripted(t: TestContext, script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  t.after(() => server.stop());
  return server;
}

describe('a connection that broke', { concurrency: true }, () => {
  const scripts: Record<string, { script: Script; read: number }> = {
    'when TLS stood, before anything was read': { script: { secured: (socket) => void socket.destroy() }, read: 0 },
    'when the head of the request was read': {
      script: {
        begun(request) {
          request.socket.destroy();
          return true;
        },
      },
      read: 0,
    },
    'when the request was read': {
      script: { answer: (_response, _request, socket) => void socket.destroy() },
      read: 1,
    },
    'in the middle of the status line': { script: cutAfter('HTTP/1.1 20'), read: 1 },
    'in the middle of the headers': { script: cutAfter('HTTP/1.1 202 Accepted\r\nrequest-id: 0a1b'), read: 1 },
    'by an answer that is no HTTP': { script: cutAfter('220 mail.example ESMTP\r\n'), read: 1 },
    'by an empty answer': { script: { answer: (_response, _request, socket) => void socket.end() }, read: 1 },
  };
  for (const [when, { script, read }] of Object.entries(scripts)) {
    test(`${when} is SEND_UNCONFIRMED, and no second one is made`, async (t) => {
      const server = await scripted(t, script);
      const error = await failed(server.url);
      assert.deepEqual([error.code, error.retryAfterSeconds], ['SEND_UNCONFIRMED', undefined]);
      assert.deepEqual([server.connections, server.requests.length], [1, read]);
    });
  }

  test('by a reset when the request was read is SEND_UNCONFIRMED, and no second one is made', async (t) => {
    const below: Socket[] = [];
    const server = await scripted(t, {
      connected: (socket) => void below.push(socket),
      answer: () => void below[0]?.resetAndDestroy(),
    });
    assert.equal((await failed(server.url)).code, 'SEND_UNCONFIRMED');
    assert.deepEqual([server.connections, server.requests.length], [1, 1]);
  });

  test('although it had carried a mail before is SEND_UNCONFIRMED, and no second one is made', async (t) => {
    const server = await scripted(t, {
      answer(response, _request, socket) {
        if (server.requests.length === 1) response.writeHead(202, { 'content-length': '0' }).end();
        else socket.destroy();
      },
    });
    await sent(server.url, { job, token });
    assert.equal((await failureOf(sent(server.url, { job, token }))).code, 'SEND_UNCONFIRMED');
    assert.equal(server.requests.length, 2);
  });
});

describe('a connection that never stood', { concurrency: true }, () => {
  test('because it is refused is GRAPH_UNAVAILABLE', async () => {
    const { code, detail } = await failed(`https://localhost:${await freePort()}`);
    assert.deepEqual([code, detail], ['GRAPH_UNAVAILABLE', { network: 'ECONNREFUSED' }]);
  });

  test('because nobody knows the host is GRAPH_UNAVAILABLE', async () => {
    const { code, detail } = await failed('https://no-such-host.invalid');
    assert.equal(code, 'GRAPH_UNAVAILABLE');
    assert.match(String(detail['network']), /^(ENOTFOUND|EAI_AGAIN)$/);
  });

  test('because nobody trusts the certificate is GRAPH_UNAVAILABLE', async (t) => {
    const { cert, key } = await makeServerCertificate();
    const server = await scripted(t, { tls: { cert, key } });
    assert.equal((await failed(server.url)).code, 'GRAPH_UNAVAILABLE');
    assert.deepEqual([server.connections, server.begun], [1, 0]);
  });

  const scripts: Record<string, Script> = {
    'it is cut before TLS stands': { connected: (socket) => void socket.destroy() },
    'it is reset before TLS stands': { connected: (socket) => void socket.resetAndDestroy() },
    'no TLS is spoken there': { connected: (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') },
    'only a TLS is spoken there that is too old': { tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } },
  };
  for (const [why, script] of Object.entries(scripts)) {
    test(`because ${why} is GRAPH_UNAVAILABLE: nothing can have left`, async (t) => {
      const server = await scripted(t, script);
      const { code, detail } = await failed(server.url);
      assert.deepEqual([server.connections, server.begun], [1, 0]);
      assert.equal(code, 'GRAPH_UNAVAILABLE', JSON.stringify(detail));
    });
  }
});

/** Reads the request, writes these bytes, and cuts the connection. */
function cutAfter(bytes: string): Script {
  return {
    answer(_response, _request, socket) {
      socket.write(bytes, () => socket.destroy());
    },
  };
}
