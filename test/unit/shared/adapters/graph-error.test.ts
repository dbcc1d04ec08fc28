import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type GraphAnswer, graphError } from '../../../../shared/adapters/graph-error.ts';
import { type ErrorCode, errorMeanings } from '../../../../shared/errors.ts';
import { contoso } from '../../../support/app-identity.ts';

function anAnswer(status: number, graphCode?: string, headers: Record<string, string> = {}): GraphAnswer {
  const error = { code: graphCode, message: 'Secret words about anna@contoso.example' };
  return { status, headers: new Headers(headers), text: graphCode === undefined ? '' : JSON.stringify({ error }) };
}

describe('an answer of Graph', () => {
  const table: readonly [number, string | undefined, ErrorCode][] = [
    [401, 'InvalidAuthenticationToken', 'SEND_TOKEN_REFUSED'],
    [401, undefined, 'SEND_TOKEN_REFUSED'],
    // The sender's quota comes under several statuses and lasts for hours, whatever else the status would mean.
    [400, 'ErrorExceededMessageLimit', 'MAILBOX_FULL'],
    [403, 'ErrorExceededMessageLimit', 'MAILBOX_FULL'],
    [429, 'ErrorExceededMessageLimit', 'MAILBOX_FULL'],
    [403, 'ErrorQuotaExceeded', 'MAILBOX_FULL'],
    [507, 'ErrorQuotaExceeded', 'MAILBOX_FULL'],
    [507, undefined, 'MAILBOX_FULL'],
    [429, 'ApplicationThrottled', 'SEND_THROTTLED'],
    [429, 'TooManyRequests', 'SEND_THROTTLED'],
    [429, undefined, 'SEND_THROTTLED'],
    [503, 'ApplicationThrottled', 'SEND_THROTTLED'],
    [404, 'MailboxNotEnabledForRESTAPI', 'MAILBOX_NOT_FOUND'],
    [400, 'MailboxNotEnabledForRESTAPI', 'MAILBOX_NOT_FOUND'],
    [404, 'ErrorInvalidUser', 'MAILBOX_NOT_FOUND'],
    [404, 'Request_ResourceNotFound', 'MAILBOX_NOT_FOUND'],
    [403, 'ErrorAccessDenied', 'SEND_FORBIDDEN'],
    [403, 'ErrorSendAsDenied', 'SEND_FORBIDDEN'],
    [403, 'ErrorMessageSubmissionBlocked', 'SEND_FORBIDDEN'],
    [413, undefined, 'JOB_TOO_LARGE'],
    [400, 'ErrorInvalidRecipients', 'SEND_REJECTED'],
    [400, 'InvalidInternetMessageHeaderCollection', 'SEND_REJECTED'],
    [422, 'Unprocessable', 'SEND_REJECTED'],
    // Nobody can say of these that the message did not leave.
    [500, 'ErrorInternalServerError', 'SEND_UNCONFIRMED'],
    [502, undefined, 'SEND_UNCONFIRMED'],
    [503, 'ErrorServerBusy', 'SEND_UNCONFIRMED'],
    [504, 'UnknownError', 'SEND_UNCONFIRMED'],
    [302, undefined, 'SEND_UNCONFIRMED'],
    [418, 'ErrorTeapot', 'SEND_UNCONFIRMED'],
  ];
  for (const [status, graphCode, code] of table) {
    test(`of ${status}${graphCode === undefined ? '' : ` ${graphCode}`} is ${code}`, () => {
      const error = graphError(
        contoso,
        anAnswer(status, graphCode, { 'request-id': '0f8fad5b-d9cb-469f-a165-70867728950e' }),
      );
      assert.equal(error.code, code);
      assert.deepEqual(error.detail, { status, graphCode, requestId: '0f8fad5b-d9cb-469f-a165-70867728950e' });
      assert.equal(error.message, `Graph answered sendMail of tenant ${contoso} with ${status}.`);
    });
  }

  test('with a server error is never one that is sent again', () => {
    for (let status = 500; status < 600; status += 1) {
      const { code } = graphError(contoso, anAnswer(status));
      assert.notEqual(errorMeanings[code].disposition, 'again', `${status} ${code}`);
    }
  });

  test('shows nothing of its words', () => {
    const error = graphError(contoso, anAnswer(400, 'ErrorInvalidRecipients'));
    assert.doesNotMatch(error.message + JSON.stringify(error.detail) + String(error.cause), /Secret|anna/);
  });
});

describe("Graph's code", () => {
  const codeIn = (text: string): unknown =>
    graphError(contoso, { status: 400, headers: new Headers(), text }).detail['graphCode'];

  test('is taken when it is a plain word', () => {
    for (const code of ['ErrorInvalidRecipients', 'Request_ResourceNotFound', 'a.b']) {
      assert.equal(codeIn(JSON.stringify({ error: { code } })), code);
    }
  });

  test('is left out when it is anything else: it would go into rows and logs', () => {
    for (const code of ['', 'two words', 'anna@contoso.example', 'a\nb', '<b>', 'x'.repeat(101), 7, null]) {
      assert.equal(codeIn(JSON.stringify({ error: { code } })), undefined);
    }
  });

  test('is left out when the body is not one of Graph', () => {
    for (const text of [
      '',
      '<html>Bad gateway</html>',
      'null',
      '[]',
      '{}',
      '{"error":"invalid_grant"}',
      '{"error":null}',
    ]) {
      assert.equal(codeIn(text), undefined);
    }
  });
});

describe('Retry-After', () => {
  const waitFor = (value: string | undefined, status = 429): number | undefined =>
    graphError(contoso, anAnswer(status, undefined, value === undefined ? {} : { 'retry-after': value }))
      .retryAfterSeconds;

  test('in seconds is taken, between a second and an hour', () => {
    assert.equal(waitFor('120'), 120);
    assert.equal(waitFor('3600'), 3600);
    assert.equal(waitFor('3601'), 3600);
    assert.equal(waitFor('99999999999999999999999'), 3600);
    assert.equal(waitFor('0'), 1);
  });

  test('as a date is the time until then, between a second and an hour', () => {
    const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();
    const wait = waitFor(inSeconds(120));
    // A date has whole seconds, and this test takes a moment.
    assert.ok(wait !== undefined && wait > 115 && wait <= 120, String(wait));
    assert.equal(waitFor(inSeconds(-120)), 1);
    assert.equal(waitFor(inSeconds(100_000)), 3600);
  });

  test('that is missing or says nothing is none', () => {
    for (const value of [undefined, '', 'soon', 'NaN', 'in 5 minutes']) assert.equal(waitFor(value), undefined, value);
  });

  test('never spins and never parks, whatever it says', () => {
    for (const value of ['-1', '1.5', '1e9', '0x10', '+5', '12 monkeys', 'Infinity']) {
      const wait = waitFor(value);
      assert.ok(wait === undefined || (wait >= 1 && wait <= 3600), `${value}: ${wait}`);
    }
  });
});
