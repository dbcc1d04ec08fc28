import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type GraphAnswer, graphError, rowFor } from '../../../../../shared/adapters/graph/graph-error.ts';
import {
  graphErrorRows,
  type GraphOperation,
  graphOperations,
  sends,
} from '../../../../../shared/adapters/graph/graph-error-rows.ts';
import { type ErrorCode, errorMeanings } from '../../../../../shared/errors.ts';
import { contoso } from '../../../../support/app-identity.ts';

const requestId = '0f8fad5b-d9cb-469f-a165-70867728950e';

function anAnswer(status: number, serviceCode?: string, headers: Record<string, string> = {}): GraphAnswer {
  const error = { code: serviceCode, message: 'Secret words about anna@contoso.example' };
  return { status, headers: new Headers(headers), text: serviceCode === undefined ? '' : JSON.stringify({ error }) };
}

const notSends = graphOperations.filter((operation) => !sends.includes(operation));
const waits = { 'retry-after': '17' };

interface Case {
  readonly on?: readonly GraphOperation[];
  readonly status: number;
  readonly serviceCode?: string;
  readonly headers?: Record<string, string>;
  readonly code: ErrorCode;
  readonly field?: string;
}

const all = graphOperations;
const uploads = ['uploadRange', 'getUploadSession'] as const;
const onGraph = all.filter((one) => !uploads.some((upload) => upload === one));
const ofDraft = ['updateMessage', 'deleteMessage', 'getMessage', 'addAttachment', 'listAttachments'] as const;

const cases: readonly Case[] = [
  { on: onGraph, status: 401, serviceCode: 'InvalidAuthenticationToken', code: 'SEND_TOKEN_REFUSED' },
  { on: onGraph, status: 401, code: 'SEND_TOKEN_REFUSED' },
  ...[401, 403, 404, 410, 416].map((status) => ({ on: uploads, status, code: 'GRAPH_UNAVAILABLE' as const })),

  // The sender's quota comes under several statuses and lasts for hours, whatever else the status would mean.
  ...[400, 403, 429].map((status) => ({
    status,
    ...{ on: sends, serviceCode: 'ErrorExceededMessageLimit', code: 'MAILBOX_QUOTA' as const },
  })),
  { on: sends, status: 429, serviceCode: 'ErrorExceededMessageLimit', headers: waits, code: 'SEND_THROTTLED' },
  { on: sends, status: 403, serviceCode: 'ErrorExceededMessageLimit', headers: waits, code: 'MAILBOX_QUOTA' },
  { on: sends, status: 403, serviceCode: 'ErrorMessageSubmissionBlocked', code: 'MAILBOX_BLOCKED' },
  { on: sends, status: 403, serviceCode: 'ErrorSendAsDenied', code: 'SEND_FORBIDDEN', field: '/sendAs' },
  { on: onGraph, status: 403, serviceCode: 'ErrorQuotaExceeded', code: 'MAILBOX_FULL' },
  { status: 507, serviceCode: 'ErrorQuotaExceeded', code: 'MAILBOX_FULL' },
  { status: 507, code: 'MAILBOX_FULL' },
  { status: 400, serviceCode: 'ErrorMessageSizeExceeded', code: 'JOB_TOO_LARGE' },
  { status: 400, serviceCode: 'ErrorAttachmentSizeLimitExceeded', code: 'JOB_TOO_LARGE' },
  { status: 413, code: 'JOB_TOO_LARGE' },

  { status: 429, serviceCode: 'ApplicationThrottled', headers: waits, code: 'SEND_THROTTLED' },
  { status: 429, serviceCode: 'TooManyRequests', code: 'SEND_THROTTLED' },
  { status: 429, code: 'SEND_THROTTLED' },
  { status: 503, serviceCode: 'ApplicationThrottled', code: 'SEND_THROTTLED' },

  { on: onGraph, status: 404, serviceCode: 'MailboxNotEnabledForRESTAPI', code: 'MAILBOX_NOT_FOUND', field: '/from' },
  { status: 400, serviceCode: 'MailboxNotEnabledForRESTAPI', code: 'MAILBOX_NOT_FOUND', field: '/from' },
  { on: onGraph, status: 404, serviceCode: 'ErrorInvalidUser', code: 'MAILBOX_NOT_FOUND', field: '/from' },
  { on: onGraph, status: 404, serviceCode: 'ResourceNotFound', code: 'MAILBOX_NOT_FOUND', field: '/from' },
  { on: onGraph, status: 404, serviceCode: 'Request_ResourceNotFound', code: 'MAILBOX_NOT_FOUND', field: '/from' },
  { on: ['sendMail', 'createMessage', 'listMessages'], status: 404, code: 'MAILBOX_NOT_FOUND', field: '/from' },
  { on: ofDraft, status: 404, serviceCode: 'ErrorItemNotFound', code: 'GRAPH_UNAVAILABLE' },
  { on: ['createUploadSession'], status: 404, code: 'GRAPH_UNAVAILABLE' },
  { on: ['sendMessage'], status: 404, serviceCode: 'ErrorItemNotFound', code: 'SEND_UNCONFIRMED' },

  { on: sends, status: 403, serviceCode: 'ErrorAccessDenied', code: 'SEND_FORBIDDEN' },
  { on: sends, status: 403, code: 'SEND_FORBIDDEN' },
  { on: ['createMessage', 'listMessages', ...ofDraft], status: 403, code: 'MAIL_READ_MISSING' },

  { status: 400, serviceCode: 'ErrorInvalidRecipients', code: 'SEND_REJECTED' },
  { status: 400, serviceCode: 'InvalidInternetMessageHeader', code: 'SEND_REJECTED', field: '/headers' },
  { status: 400, serviceCode: 'InvalidInternetMessageHeaderCollection', code: 'SEND_REJECTED', field: '/headers' },
  { status: 400, serviceCode: 'ErrorMimeContentInvalid', code: 'SEND_REJECTED' },
  { status: 400, serviceCode: 'ErrorMimeContentInvalidBase64String', code: 'SEND_REJECTED' },
  { status: 400, code: 'SEND_REJECTED' },
  { status: 422, serviceCode: 'Unprocessable', code: 'SEND_REJECTED' },

  // Nobody can say of a send that it did not happen; of everything else it does not matter.
  ...[500, 502, 503, 504].flatMap((status): Case[] => [
    { on: sends, status, code: 'SEND_UNCONFIRMED' },
    { on: notSends, status, code: 'GRAPH_UNAVAILABLE' },
  ]),
  { on: sends, status: 503, serviceCode: 'ErrorServerBusy', headers: waits, code: 'SEND_UNCONFIRMED' },
  { on: notSends, status: 503, serviceCode: 'ErrorServerBusy', headers: waits, code: 'GRAPH_UNAVAILABLE' },
  { on: sends, status: 302, code: 'SEND_UNCONFIRMED' },
  { on: notSends, status: 302, code: 'GRAPH_UNAVAILABLE' },
  ...[408, 409, 412, 423].flatMap((status): Case[] => [
    { on: sends, status, code: 'SEND_UNCONFIRMED' },
    { on: notSends, status, code: 'GRAPH_UNAVAILABLE' },
  ]),
  { on: notSends, status: 418, serviceCode: 'ErrorIrresolvableConflict', code: 'GRAPH_UNAVAILABLE' },
  { on: sends, status: 418, serviceCode: 'ErrorTeapot', code: 'SEND_UNCONFIRMED' },
  { on: notSends, status: 418, serviceCode: 'ErrorTeapot', code: 'SEND_REJECTED' },
];

describe('an answer of Graph', () => {
  for (const { on = graphOperations, status, serviceCode, headers = {}, code, field } of cases) {
    const said = [String(status), serviceCode, headers['retry-after'] && 'with Retry-After'].filter(Boolean).join(' ');
    test(`of ${said} to ${on.length === all.length ? 'anything' : on.join(', ')} is ${code}`, () => {
      for (const operation of on) {
        const error = graphError(
          operation,
          contoso,
          anAnswer(status, serviceCode, { ...headers, 'request-id': requestId }),
        );
        assert.equal(error.code, code, operation);
        const { lost, ...detail } = error.detail;
        const expected = { operation, status, serviceCode, requestId, ...(field === undefined ? {} : { field }) };
        assert.deepEqual(detail, expected);
        assert.equal(lost ?? false, code === 'GRAPH_UNAVAILABLE' && status >= 500);
        assert.equal(error.message, `Graph answered ${operation} of tenant ${contoso} with ${status}.`);
        assert.equal(error.retryAfterSeconds, headers['retry-after'] === undefined ? undefined : 17);
      }
    });
  }

  test('meets every row of the table in one of the cases above, and every row has its source', () => {
    const met = new Set(
      cases.flatMap(({ on = graphOperations, status, serviceCode, headers }) =>
        on.map((operation) =>
          rowFor(operation, status, serviceCode === undefined ? [] : [serviceCode], headers !== undefined),
        ),
      ),
    );
    assert.deepEqual(
      graphErrorRows.filter((row) => !met.has(row)),
      [],
    );
    for (const { source } of graphErrorRows) assert.match(source, /^https:\/\//);
  });

  test('with a server error to a send is never one that is sent again, and to anything else always is', () => {
    for (let status = 500; status < 600; status += 1) {
      for (const operation of graphOperations) {
        if (status === 507) continue;
        const { disposition } = errorMeanings[graphError(operation, contoso, anAnswer(status)).code];
        assert.equal(disposition, sends.includes(operation) ? 'unknown' : 'again', `${operation} ${status}`);
      }
    }
  });

  test('shows nothing of its words', () => {
    const error = graphError('sendMail', contoso, anAnswer(400, 'ErrorInvalidRecipients'));
    assert.doesNotMatch(error.message + JSON.stringify(error.detail) + String(error.cause), /Secret|anna/);
  });
});

describe("Graph's code", () => {
  const codeIn = (text: string): unknown =>
    graphError('sendMail', contoso, { status: 400, headers: new Headers(), text }).detail['serviceCode'];

  test('is taken when it is a plain word', () => {
    for (const code of ['ErrorInvalidRecipients', 'Request_ResourceNotFound', 'a.b']) {
      assert.equal(codeIn(JSON.stringify({ error: { code } })), code);
    }
  });

  test('within another one decides as well, by either spelling, and the outer one is shown', () => {
    for (const nested of ['innerError', 'innererror']) {
      const inner = { code: 'second', [nested]: { date: 'today', code: 'ErrorSendAsDenied' } };
      const text = JSON.stringify({ error: { code: 'generalException', [nested]: inner } });
      const error = graphError('sendMail', contoso, { status: 403, headers: new Headers(), text });
      assert.deepEqual([error.code, error.detail['field']], ['SEND_FORBIDDEN', '/sendAs']);
      assert.equal(error.detail['serviceCode'], 'generalException');
    }
  });

  test('within very many is not looked for', () => {
    let error: object = { code: 'ErrorSendAsDenied' };
    for (let depth = 0; depth < 10; depth += 1) error = { code: 'outer', innerError: error };
    const text = JSON.stringify({ error });
    const { detail } = graphError('sendMail', contoso, { status: 403, headers: new Headers(), text });
    assert.equal(detail['field'], undefined);
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
    graphError('sendMail', contoso, anAnswer(status, undefined, value === undefined ? {} : { 'retry-after': value }))
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
    assert.ok(wait !== undefined && wait > 60 && wait <= 120, String(wait));
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
