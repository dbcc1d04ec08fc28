/** What the local Graph takes as a request to send, and what it refuses. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import {
  accepts,
  aFile,
  aMessage,
  anna,
  copies,
  doesNotExist,
  recipient,
  refusal,
  refuses,
  send,
  sender,
} from './graph-requests.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
});

describe('path and method', () => {
  test('takes the action in lower case too', async () => {
    const response = await send(cloud, { message: aMessage() }, { path: `/v1.0/users/${sender}/sendmail` });
    assert.equal(response.status, 202);
  });

  test('refuses another method', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const response = await send(cloud, undefined, { method });
      assert.equal(response.headers.get('allow'), 'POST');
      const message = 'Specified HTTP method is not allowed for the request target.';
      assert.deepEqual(await refusal(response), { status: 405, code: 'Request_BadRequest', message });
    }
  });

  for (const [path, status, code, message] of [
    [`/v1.0/users/${sender}/sendMails`, 400, 'BadRequest', "Resource not found for the segment 'sendMails'."],
    ['/v1.0/user/x/sendMail', 400, 'BadRequest', "Resource not found for the segment 'user'."],
    ['/v2.0/users/x/sendMail', 400, 'BadRequest', 'Invalid version.'],
    ['/v1.0/me/sendMail', 400, 'BadRequest', '/me request is only valid with delegated authentication flow.'],
    [`/v1.0/users/${sender}/messages/AAMk/move`, 501, 'NotImplementedByLocalCloud', /^The local cloud does not take /],
    ['/v1.0/$batch', 501, 'NotImplementedByLocalCloud', 'The local cloud does not take batches. Microsoft Graph does.'],
    [`/beta/users/${sender}/sendMail`, 501, 'NotImplementedByLocalCloud', /^The local cloud does not take /],
  ] as const) {
    test(`refuses ${path} with ${status}`, async () => {
      const got = await refusal(await send(cloud, { message: aMessage() }, { path }));
      assert.deepEqual({ status: got.status, code: got.code }, { status, code });
      if (typeof message === 'string') assert.equal(got.message, message);
      else assert.match(got.message, message);
      assert.deepEqual(cloud.state.messages, []);
    });
  }
});

describe('payload', () => {
  const unreadable =
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.';

  test('takes JSON with a charset and refuses what is no JSON or not called so', async () => {
    const body = JSON.stringify({ message: aMessage() });
    const named = await send(cloud, body, { headers: { 'content-type': 'application/json; charset=utf-8' } });
    assert.equal(named.status, 202);
    cloud.state.messages.length = 0;
    await refuses(cloud, `${body}}`, 400, 'BadRequest', unreadable);
    await refuses(cloud, '', 400, 'BadRequest', unreadable);
    const form = await send(cloud, body, { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    assert.deepEqual(await refusal(form), { status: 400, code: 'BadRequest', message: unreadable });
    assert.deepEqual(cloud.state.messages, []);
  });

  test('takes a request of just 4 MB and refuses one byte more', async () => {
    const limit = 4 * 1024 * 1024;
    const withContent = (content: string) =>
      JSON.stringify({ message: aMessage({ body: { contentType: 'Text', content } }) });
    const padding = limit - withContent('').length;
    const small = withContent('x'.repeat(padding));
    assert.equal(Buffer.byteLength(small), limit);
    await accepts(cloud, small);
    cloud.state.messages.length = 0;
    const message = 'The maximum request length supported is 4MB.';
    await refuses(cloud, withContent('x'.repeat(padding + 1)), 413, 'BadRequest', message);
  });

  test('answers the next request after one that was too large', async () => {
    const large = { message: aMessage({ body: { contentType: 'Text', content: 'x'.repeat(6 * 1024 * 1024) } }) };
    assert.equal((await refusal(await send(cloud, large))).status, 413);
    await accepts(cloud, { message: aMessage() });
  });
});

describe('parameters and properties', () => {
  test('takes the parameters in the two spellings that Microsoft documents', async () => {
    await accepts(cloud, { message: aMessage(), saveToSentItems: false });
    await accepts(cloud, { Message: aMessage(), SaveToSentItems: 'false' });
    assert.deepEqual(copies(cloud, sender), []);
    await accepts(cloud, { message: aMessage(), saveToSentItems: 'true' });
    await accepts(cloud, { message: aMessage() });
    assert.equal(copies(cloud, sender, 'sentitems').length, 2);
  });

  test('refuses an unknown parameter, a missing message and a value of another type', async () => {
    const unknown =
      "The parameter 'save' in the request payload is not a valid parameter for the operation 'sendMail'.";
    await refuses(cloud, { message: aMessage(), save: true }, 400, 'RequestBodyRead', unknown);
    const missing = /The missing parameters are: Message\.$/;
    await refuses(cloud, { saveToSentItems: true }, 400, 'RequestBodyRead', missing);
    await refuses(cloud, { message: null }, 400, 'RequestBodyRead', missing);
    const boolean = "Cannot convert the literal 'perhaps' to the expected type 'Edm.Boolean'.";
    await refuses(cloud, { message: aMessage(), saveToSentItems: 'perhaps' }, 400, 'RequestBodyRead', boolean);
    await refuses(cloud, [aMessage()], 400, 'RequestBodyRead', 'The request body is not a JSON object.');
  });

  for (const [type, message, property] of [
    ['message', aMessage({ to: [recipient(anna)] }), 'to'],
    ['message', aMessage({ Subject: 'In capitals' }), 'Subject'],
    ['itemBody', aMessage({ body: { contentType: 'Text', text: 'Hello' } }), 'text'],
    ['recipient', aMessage({ toRecipients: [{ name: 'Anna', address: anna }] }), 'name'],
    ['emailAddress', aMessage({ toRecipients: [{ emailAddress: { address: anna, type: 'to' } }] }), 'type'],
    ['internetMessageHeader', aMessage({ internetMessageHeaders: [{ name: 'x-a', value: 'b', fold: true }] }), 'fold'],
    ['fileAttachment', aMessage({ attachments: [aFile({ filename: 'a.txt' })] }), 'filename'],
  ] as const) {
    test(`refuses the property '${property}', which ${type} does not have`, async () => {
      await refuses(cloud, { message }, 400, 'RequestBodyRead', doesNotExist(property, type));
    });
  }

  test('takes null for what is not set and the type annotations that SDKs write', async () => {
    const address = { '@odata.type': '#microsoft.graph.emailAddress', address: anna, name: null };
    const to = { '@odata.type': '#microsoft.graph.recipient', emailAddress: address };
    const nothing = {
      from: null,
      ccRecipients: null,
      attachments: null,
      importance: null,
      internetMessageHeaders: null,
    };
    await accepts(cloud, {
      message: aMessage({ '@odata.type': '#microsoft.graph.message', toRecipients: [to], ...nothing }),
    });
    assert.equal(copies(cloud, anna).length, 1);
  });

  test('refuses a value of another kind', async () => {
    await refuses(
      cloud,
      { message: aMessage({ subject: 7 }) },
      400,
      'RequestBodyRead',
      "Cannot convert the literal '7' to the expected type 'Edm.String'.",
    );
    await refuses(
      cloud,
      { message: aMessage({ body: 'Hello' }) },
      400,
      'RequestBodyRead',
      "An unexpected 'PrimitiveValue' node was found when reading from the JSON reader. A 'StartObject' node was expected.",
    );
    await refuses(
      cloud,
      { message: aMessage({ toRecipients: recipient(anna) }) },
      400,
      'RequestBodyRead',
      "An unexpected 'StartObject' node was found when reading from the JSON reader. A 'StartArray' node was expected.",
    );
  });

  test('takes content types and importances in any case and refuses other values', async () => {
    for (const contentType of ['Text', 'HTML', 'html']) {
      await accepts(cloud, { message: aMessage({ body: { contentType, content: '' }, importance: 'High' }) });
    }
    const kept = copies(cloud, anna).map(({ body, importance }) => [body.contentType, importance]);
    assert.deepEqual(kept, [
      ['text', 'high'],
      ['html', 'high'],
      ['html', 'high'],
    ]);
    cloud.state.messages.length = 0;
    const plain = { contentType: 'text/plain', content: '' };
    await refuses(
      cloud,
      { message: aMessage({ body: plain }) },
      400,
      'RequestBodyRead',
      "Requested value 'text/plain' was not found.",
    );
    await refuses(
      cloud,
      { message: aMessage({ importance: 'urgent' }) },
      400,
      'RequestBodyRead',
      "Requested value 'urgent' was not found.",
    );
  });

  test('says plainly what Graph takes and it does not', async () => {
    const message =
      "The local cloud does not take the property 'isReadReceiptRequested' of a message. Microsoft Graph does.";
    await refuses(
      cloud,
      { message: aMessage({ isReadReceiptRequested: true }) },
      501,
      'NotImplementedByLocalCloud',
      message,
    );
  });
});
