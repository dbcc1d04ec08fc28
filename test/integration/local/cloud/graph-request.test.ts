/** What the local Graph takes as a request to send, and what it refuses. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { aFile, aMessage, anna, copies, recipient, refusal, send, sender } from './graph-requests.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
});

/** Sends the body, expects this refusal, and that nothing was delivered. */
async function refuses(body: unknown, status: number, code: string, message: string | RegExp): Promise<void> {
  const got = await refusal(await send(cloud, body));
  assert.deepEqual({ status: got.status, code: got.code }, { status, code });
  if (typeof message === 'string') assert.equal(got.message, message);
  else assert.match(got.message, message);
  assert.deepEqual(cloud.state.messages, []);
}

async function accepts(body: unknown): Promise<void> {
  const response = await send(cloud, body);
  assert.equal(response.status, 202, await response.text());
}

const doesNotExist = (property: string, type: string) =>
  `The property '${property}' does not exist on type 'microsoft.graph.${type}'. Make sure to only use property names that are defined by the type or mark the type as open type.`;

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
    [`/v1.0/users/${sender}/messages`, 501, 'NotImplementedByLocalCloud', /^The local cloud does not take /],
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
    await refuses(`${body}}`, 400, 'BadRequest', unreadable);
    await refuses('', 400, 'BadRequest', unreadable);
    const form = await send(cloud, body, { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    assert.deepEqual(await refusal(form), { status: 400, code: 'BadRequest', message: unreadable });
    assert.deepEqual(cloud.state.messages, []);
  });

  test('refuses MIME: 400 when it is not base64, 501 when it is', async () => {
    const headers = { 'content-type': 'text/plain' };
    assert.deepEqual(await refusal(await send(cloud, 'From: me', { headers })), {
      status: 400,
      code: 'ErrorMimeContentInvalidBase64String',
      message: 'Invalid base64 string for MIME content.',
    });
    const { status, code } = await refusal(await send(cloud, btoa('From: me\r\n\r\nHello'), { headers }));
    assert.deepEqual({ status, code }, { status: 501, code: 'NotImplementedByLocalCloud' });
    assert.deepEqual(cloud.state.messages, []);
  });

  test('takes a request of just 4 MB and refuses one byte more', async () => {
    const limit = 4 * 1024 * 1024;
    const withContent = (content: string) =>
      JSON.stringify({ message: aMessage({ body: { contentType: 'Text', content } }) });
    const padding = limit - withContent('').length;
    const small = withContent('x'.repeat(padding));
    assert.equal(Buffer.byteLength(small), limit);
    await accepts(small);
    cloud.state.messages.length = 0;
    const message = 'The maximum request length supported is 4MB.';
    await refuses(withContent('x'.repeat(padding + 1)), 413, 'BadRequest', message);
  });

  test('answers the next request after one that was too large', async () => {
    const large = { message: aMessage({ body: { contentType: 'Text', content: 'x'.repeat(6 * 1024 * 1024) } }) };
    assert.equal((await refusal(await send(cloud, large))).status, 413);
    await accepts({ message: aMessage() });
  });
});

describe('parameters and properties', () => {
  test('takes the parameters in the two spellings that Microsoft documents', async () => {
    await accepts({ message: aMessage(), saveToSentItems: false });
    await accepts({ Message: aMessage(), SaveToSentItems: 'false' });
    assert.deepEqual(copies(cloud, sender), []);
    await accepts({ message: aMessage(), saveToSentItems: 'true' });
    await accepts({ message: aMessage() });
    assert.equal(copies(cloud, sender, 'sentitems').length, 2);
  });

  test('refuses an unknown parameter, a missing message and a value of another type', async () => {
    const unknown =
      "The parameter 'save' in the request payload is not a valid parameter for the operation 'sendMail'.";
    await refuses({ message: aMessage(), save: true }, 400, 'RequestBodyRead', unknown);
    const missing = /The missing parameters are: Message\.$/;
    await refuses({ saveToSentItems: true }, 400, 'RequestBodyRead', missing);
    await refuses({ message: null }, 400, 'RequestBodyRead', missing);
    const boolean = "Cannot convert the literal 'perhaps' to the expected type 'Edm.Boolean'.";
    await refuses({ message: aMessage(), saveToSentItems: 'perhaps' }, 400, 'RequestBodyRead', boolean);
    await refuses([aMessage()], 400, 'RequestBodyRead', 'The request body is not a JSON object.');
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
      await refuses({ message }, 400, 'RequestBodyRead', doesNotExist(property, type));
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
    await accepts({ message: aMessage({ '@odata.type': '#microsoft.graph.message', toRecipients: [to], ...nothing }) });
    assert.equal(copies(cloud, anna).length, 1);
  });

  test('refuses a value of another kind', async () => {
    await refuses(
      { message: aMessage({ subject: 7 }) },
      400,
      'RequestBodyRead',
      "Cannot convert the literal '7' to the expected type 'Edm.String'.",
    );
    await refuses(
      { message: aMessage({ body: 'Hello' }) },
      400,
      'RequestBodyRead',
      "An unexpected 'PrimitiveValue' node was found when reading from the JSON reader. A 'StartObject' node was expected.",
    );
    await refuses(
      { message: aMessage({ toRecipients: recipient(anna) }) },
      400,
      'RequestBodyRead',
      "An unexpected 'StartObject' node was found when reading from the JSON reader. A 'StartArray' node was expected.",
    );
  });

  test('takes content types and importances in any case and refuses other values', async () => {
    for (const contentType of ['Text', 'HTML', 'html']) {
      await accepts({ message: aMessage({ body: { contentType, content: '' }, importance: 'High' }) });
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
      { message: aMessage({ body: plain }) },
      400,
      'RequestBodyRead',
      "Requested value 'text/plain' was not found.",
    );
    await refuses(
      { message: aMessage({ importance: 'urgent' }) },
      400,
      'RequestBodyRead',
      "Requested value 'urgent' was not found.",
    );
  });

  test('says plainly what Graph takes and it does not', async () => {
    const message =
      "The local cloud does not take the property 'isReadReceiptRequested' of a message. Microsoft Graph does.";
    await refuses({ message: aMessage({ isReadReceiptRequested: true }) }, 501, 'NotImplementedByLocalCloud', message);
  });
});

describe('recipients', () => {
  test('refuses a message without any', async () => {
    const message = "At least one recipient is not valid., A message can't be sent because it contains no recipients.";
    await refuses({ message: aMessage({ toRecipients: [] }) }, 400, 'ErrorInvalidRecipients', message);
    await refuses({ message: { subject: 'Nobody' } }, 400, 'ErrorInvalidRecipients', message);
  });

  test('takes a message that has only a copy or a blind copy', async () => {
    await accepts({ message: aMessage({ toRecipients: [], ccRecipients: [recipient(anna)] }) });
    await accepts({ message: aMessage({ toRecipients: undefined, bccRecipients: [recipient(anna)] }) });
    assert.equal(copies(cloud, anna).length, 2);
  });

  for (const address of [
    'bad',
    '',
    '@contoso.example',
    'anna@',
    'an na@contoso.example',
    '.anna@contoso.example',
    'anna.@contoso.example',
    'a..b@contoso.example',
    'anna@contoso..example',
    'anna@-contoso.example',
    'anna@contoso.example; post@contoso.example',
    'Anna <anna@contoso.example>',
    `${'a'.repeat(65)}@contoso.example`,
  ]) {
    test(`refuses the address '${address}' among good ones`, async () => {
      const message = `At least one recipient is not valid., Recipient '${address}' is not resolved. All recipients must be resolved before a message can be submitted.`;
      for (const kind of ['toRecipients', 'ccRecipients', 'bccRecipients', 'replyTo']) {
        const list = [recipient(anna), recipient(address)];
        await refuses({ message: aMessage({ [kind]: list }) }, 400, 'ErrorInvalidRecipients', message);
      }
    });
  }

  for (const address of ["o'hara+tag@contoso.example", 'jürgen@müller.example', 'a.b-c_d@sub.contoso.example']) {
    test(`takes the address '${address}'`, async () => {
      await accepts({ message: aMessage({ toRecipients: [recipient(address)] }) });
      assert.equal(copies(cloud, address).length, 1);
    });
  }

  test('takes 500 recipients over all kinds and refuses 501', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => recipient(`r${n}@elsewhere.example`));
    const lists = { toRecipients: many(200), ccRecipients: many(200) };
    await accepts({ message: aMessage({ ...lists, bccRecipients: many(100) }) });
    cloud.state.messages.length = 0;
    await refuses(
      { message: aMessage({ ...lists, bccRecipients: many(101) }) },
      400,
      'ErrorRecipientLimitExceeded',
      /501/,
    );
  });
});

describe('attachments', () => {
  test('refuses one without a type', async () => {
    const untyped = aFile({ '@odata.type': undefined });
    const abstract = doesNotExist('contentBytes', 'attachment');
    await refuses({ message: aMessage({ attachments: [untyped] }) }, 400, 'RequestBodyRead', abstract);
    const message = "Cannot process input of abstract type 'microsoft.graph.attachment'";
    await refuses({ message: aMessage({ attachments: [{ name: 'a.txt' }] }) }, 422, 'UnprocessableType', message);
  });

  test('refuses another type, and says plainly which ones Graph has', async () => {
    const wrong = aFile({ '@odata.type': '#microsoft.OutlookServices.FileAttachment' });
    const invalid = 'Invalid OData type specified: "#microsoft.OutlookServices.FileAttachment"';
    await refuses({ message: aMessage({ attachments: [wrong] }) }, 400, 'RequestBodyRead', invalid);
    const item = { '@odata.type': '#microsoft.graph.itemAttachment', name: 'Event' };
    await refuses({ message: aMessage({ attachments: [item] }) }, 501, 'NotImplementedByLocalCloud', /itemAttachment/);
  });

  for (const contentBytes of ['not base64!', 'YQ', 'YQ=', 'YWJj_-8=']) {
    test(`refuses the content '${contentBytes}', which is not base64`, async () => {
      const message = `Cannot convert the literal '${contentBytes}' to the expected type 'Edm.Binary'.`;
      await refuses({ message: aMessage({ attachments: [aFile({ contentBytes })] }) }, 400, 'RequestBodyRead', message);
    });
  }

  test('refuses one without name or content and takes an empty one', async () => {
    for (const missing of [{ name: undefined }, { name: '' }, { contentBytes: undefined }]) {
      const message = aMessage({ attachments: [aFile(missing)] });
      await refuses({ message }, 400, 'ErrorRequiredPropertyMissing', 'Required property is missing.');
    }
    await accepts({ message: aMessage({ attachments: [aFile({ contentBytes: '' })] }) });
  });
});

describe('headers', () => {
  const headers = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ name: `X-Number-${n}`, value: `${n}` }));

  test('takes five of its own kind and refuses six', async () => {
    await accepts({ message: aMessage({ internetMessageHeaders: headers(5) }) });
    assert.equal(copies(cloud, anna)[0]?.headers.length, 5);
    cloud.state.messages.length = 0;
    const message = 'Maximum number of headers in one message should be less than or equal to 5.';
    await refuses(
      { message: aMessage({ internetMessageHeaders: headers(6) }) },
      400,
      'InvalidInternetMessageHeaderCollection',
      message,
    );
  });

  test('refuses a name that does not start with x-', async () => {
    const internetMessageHeaders = [{ name: 'List-Unsubscribe', value: '<https://contoso.example/u>' }];
    const message = "The internet message header name 'List-Unsubscribe' should start with 'x-' or 'X-'.";
    await refuses({ message: aMessage({ internetMessageHeaders }) }, 400, 'InvalidInternetMessageHeader', message);
  });
});
