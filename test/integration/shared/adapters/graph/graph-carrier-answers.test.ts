/** Every answer to sendMail that Graph, or something on the way to it, may give: each from a server of this process. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { ErrorCode } from '../../../../../shared/errors.ts';
import { type Answer, ScriptedGraph } from '../../../../support/scripted-graph.ts';

const graph = await ScriptedGraph.start();
after(() => graph.server.stop());

/** An error as Graph words it, which quotes as much of the mail as it can. */
function graphSays(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return (response, { job, token }) => {
    const message = `The mailbox ${job.from} may not send to ${job.to[0]?.address} with ${token.value}: ${job.text}`;
    const body = { error: { code, message, innerError: { 'request-id': crypto.randomUUID(), message } } };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

const plainly =
  (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body);

const page = (status: number) =>
  plainly(status, { 'content-type': 'text/html' }, '<html><h1>Service Unavailable</h1></html>');

interface Case {
  readonly answer: Answer;
  readonly code: ErrorCode;
  readonly serviceCode?: string;
  readonly status?: number;
}

const coded = (status: number, serviceCode: string, code: ErrorCode): Case => ({
  answer: graphSays(status, serviceCode),
  code,
  serviceCode,
  status,
});

const cases: Record<string, Case> = {
  '401': coded(401, 'InvalidAuthenticationToken', 'SEND_TOKEN_REFUSED'),
  '401 without a body': { answer: plainly(401, { 'www-authenticate': 'Bearer' }), code: 'SEND_TOKEN_REFUSED' },
  '403 ErrorAccessDenied': coded(403, 'ErrorAccessDenied', 'SEND_FORBIDDEN'),
  '403 ErrorSendAsDenied': coded(403, 'ErrorSendAsDenied', 'SEND_FORBIDDEN'),
  '403 ErrorMessageSubmissionBlocked': coded(403, 'ErrorMessageSubmissionBlocked', 'MAILBOX_BLOCKED'),
  '403 of a proxy': { answer: page(403), code: 'SEND_FORBIDDEN' },
  '404 ErrorInvalidUser': coded(404, 'ErrorInvalidUser', 'MAILBOX_NOT_FOUND'),
  '404 ResourceNotFound': coded(404, 'ResourceNotFound', 'MAILBOX_NOT_FOUND'),
  '404 Request_ResourceNotFound': coded(404, 'Request_ResourceNotFound', 'MAILBOX_NOT_FOUND'),
  '404 MailboxNotEnabledForRESTAPI': coded(404, 'MailboxNotEnabledForRESTAPI', 'MAILBOX_NOT_FOUND'),
  '404 without a body': { answer: plainly(404), code: 'MAILBOX_NOT_FOUND' },
  '400 ErrorInvalidRecipients': coded(400, 'ErrorInvalidRecipients', 'SEND_REJECTED'),
  '400 without a body': { answer: plainly(400, { 'content-type': 'application/json' }), code: 'SEND_REJECTED' },
  '413': coded(413, 'BadRequest', 'JOB_TOO_LARGE'),
  '413 of a proxy': { answer: page(413), code: 'JOB_TOO_LARGE' },
  '507': coded(507, 'ErrorQuotaExceeded', 'MAILBOX_FULL'),
  '507 without a body': { answer: plainly(507), code: 'MAILBOX_FULL' },
  '429 ErrorExceededMessageLimit': coded(429, 'ErrorExceededMessageLimit', 'MAILBOX_QUOTA'),
  '403 ErrorExceededMessageLimit': coded(403, 'ErrorExceededMessageLimit', 'MAILBOX_QUOTA'),
  '400 ErrorExceededMessageLimit': coded(400, 'ErrorExceededMessageLimit', 'MAILBOX_QUOTA'),
  '500': coded(500, 'ErrorInternalServerError', 'SEND_UNCONFIRMED'),
  '500 without a body': { answer: plainly(500), code: 'SEND_UNCONFIRMED' },
  '502 of a proxy': { answer: page(502), code: 'SEND_UNCONFIRMED' },
  '503': coded(503, 'ErrorServerBusy', 'SEND_UNCONFIRMED'),
  '503 without a body': { answer: plainly(503), code: 'SEND_UNCONFIRMED' },
  '504': coded(504, 'UnknownError', 'SEND_UNCONFIRMED'),
  '504 of a proxy': { answer: page(504), code: 'SEND_UNCONFIRMED' },
};

describe('an answer of', { concurrency: true }, () => {
  for (const [what, { answer, code, serviceCode, status }] of Object.entries(cases)) {
    test(`${what} is ${code}`, async () => {
      const error = await graph.refused(answer);
      assert.deepEqual([error.code, error.retryAfterSeconds], [code, undefined]);
      assert.equal(error.detail['serviceCode'], serviceCode);
      if (status !== undefined) assert.equal(error.detail['status'], status);
    });
  }

  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} is not followed, and is SEND_UNCONFIRMED`, async () => {
      const target = `/elsewhere/${crypto.randomUUID()}`;
      const error = await graph.refused(plainly(status, { location: `${graph.server.url}${target}` }));
      assert.deepEqual([error.code, error.detail['status']], ['SEND_UNCONFIRMED', status]);
      assert.equal(
        graph.server.requests.some(({ path }) => path === target),
        false,
      );
    });
  }
});

describe('Retry-After', { concurrency: true }, () => {
  const throttled = (value: string) => graph.refused(graphSays(429, 'ApplicationThrottled', { 'retry-after': value }));

  const wanted: Record<string, { value: string; seconds: number | undefined }> = {
    'in seconds is taken': { value: '17', seconds: 17 },
    'of no seconds is one': { value: '0', seconds: 1 },
    'of a day is an hour': { value: '86400', seconds: 3600 },
    'that says nothing is none': { value: 'soon', seconds: undefined },
    'as a date that has passed is a second': { value: new Date(Date.now() - 60_000).toUTCString(), seconds: 1 },
  };
  for (const [what, { value, seconds }] of Object.entries(wanted)) {
    test(what, async () => {
      const error = await throttled(value);
      assert.deepEqual([error.code, error.retryAfterSeconds], ['SEND_THROTTLED', seconds]);
    });
  }

  test('as a date is the time until then', async () => {
    const { retryAfterSeconds = 0 } = await throttled(new Date(Date.now() + 90_000).toUTCString());
    assert.ok(retryAfterSeconds > 80 && retryAfterSeconds <= 90, String(retryAfterSeconds));
  });

  test('that is missing is none', async () => {
    const error = await graph.refused(graphSays(429, 'ApplicationThrottled'));
    assert.deepEqual([error.code, error.retryAfterSeconds], ['SEND_THROTTLED', undefined]);
  });

  test('with 503 does not make the mail one to be sent again', async () => {
    const error = await graph.refused(graphSays(503, 'ErrorServerBusy', { 'retry-after': '5' }));
    assert.equal(error.code, 'SEND_UNCONFIRMED');
  });
});

describe("somebody else's words", { concurrency: true }, () => {
  test('in the place of a code are left out', async () => {
    const error = await graph.refused((response, mail, socket) =>
      graphSays(400, `Box ${mail.job.from} is odd`)(response, mail, socket),
    );
    assert.deepEqual([error.code, error.detail['serviceCode']], ['SEND_REJECTED', undefined]);
  });

  test('in the place of a request id are left out, of a refusal', async () => {
    const { detail } = await graph.refused(
      (response, { job }) => void response.writeHead(403, { 'request-id': job.from }).end(),
    );
    assert.equal(detail['requestId'], undefined);
  });

  test('in the place of a request id are left out, of a receipt', async () => {
    const { requestId } = await graph.accepted(
      (response, { job }) => void response.writeHead(202, { 'request-id': job.from }).end(),
    );
    assert.equal(requestId, undefined);
  });
});

describe('a mail has left', { concurrency: true, timeout: 10_000 }, () => {
  const json = { 'content-type': 'application/json' };
  const received: Record<string, Answer> = {
    'with 202 and nothing else': plainly(202),
    'with 202 that is called JSON and is empty': plainly(202, json),
    'with 202 and JSON that breaks off': plainly(202, json, '{"error":{"code":"ErrorServ'),
    'with 202 and an error in its body': plainly(202, json, '{"error":{"code":"ErrorAccessDenied"}}'),
    'with 202 and a page': plainly(202, { 'content-type': 'text/html' }, '<html>'),
    'with 202 and bytes that are not the gzip they are called': plainly(202, { 'content-encoding': 'gzip' }, 'plain'),
    'with 200': plainly(200, json, '{}'),
    'with 204': plainly(204),
    'with 202 whose body never comes': (response) => void response.writeHead(202, { 'content-length': '9' }).write('1'),
    'with 202 whose body never ends': (response) => {
      response.writeHead(202, json);
      const more = setInterval(() => response.write('x'.repeat(1000)), 10);
      response.on('close', () => clearInterval(more));
    },
    'with 202 whose body is cut': (_response, _mail, socket) => {
      socket.write('HTTP/1.1 202 Accepted\r\ncontent-length: 10\r\n\r\nabc');
      socket.destroySoon();
    },
    'with 202 after an interim answer': (_response, _mail, socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n');
    },
  };
  for (const [what, answer] of Object.entries(received)) {
    test(what, async () => {
      const began = Date.now();
      await graph.accepted(answer);
      assert.ok(Date.now() - began < 5000);
    });
  }

  test('with the request id that Graph gave', async () => {
    const requestId = crypto.randomUUID();
    assert.deepEqual(await graph.accepted(plainly(202, { 'request-id': requestId })), { requestId });
  });
});

test('nothing was sent a second time, not even later', () => {
  assert.ok(graph.mailboxes.length > 50);
  assert.equal(new Set(graph.mailboxes).size, graph.mailboxes.length);
  assert.equal(graph.server.begun, graph.mailboxes.length);
});
