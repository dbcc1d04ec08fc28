/** Which recipients, attachments and headers the local Graph takes. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { accepts, aFile, aMessage, anna, copies, doesNotExist, recipient, refuses } from './graph-requests.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
});

describe('recipients', () => {
  test('refuses a message without any', async () => {
    const message = "At least one recipient is not valid., A message can't be sent because it contains no recipients.";
    await refuses(cloud, { message: aMessage({ toRecipients: [] }) }, 400, 'ErrorInvalidRecipients', message);
    await refuses(cloud, { message: { subject: 'Nobody' } }, 400, 'ErrorInvalidRecipients', message);
  });

  test('takes a message that has only a copy or a blind copy', async () => {
    await accepts(cloud, { message: aMessage({ toRecipients: [], ccRecipients: [recipient(anna)] }) });
    await accepts(cloud, { message: aMessage({ toRecipients: undefined, bccRecipients: [recipient(anna)] }) });
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
        await refuses(cloud, { message: aMessage({ [kind]: list }) }, 400, 'ErrorInvalidRecipients', message);
      }
    });
  }

  for (const address of ["o'hara+tag@elsewhere.example", 'jürgen@müller.example', 'a.b-c_d@sub.contoso.example']) {
    test(`takes the address '${address}'`, async () => {
      await accepts(cloud, { message: aMessage({ toRecipients: [recipient(address)] }) });
      assert.equal(copies(cloud, address).length, 1);
    });
  }

  test('takes 500 recipients over all kinds and refuses 501', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => recipient(`r${n}@elsewhere.example`));
    const lists = { toRecipients: many(200), ccRecipients: many(200) };
    await accepts(cloud, { message: aMessage({ ...lists, bccRecipients: many(100) }) });
    cloud.state.messages.length = 0;
    await refuses(
      cloud,
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
    await refuses(cloud, { message: aMessage({ attachments: [untyped] }) }, 400, 'RequestBodyRead', abstract);
    const message = "Cannot process input of abstract type 'microsoft.graph.attachment'";
    await refuses(
      cloud,
      { message: aMessage({ attachments: [{ name: 'a.txt' }] }) },
      422,
      'UnprocessableType',
      message,
    );
  });

  test('refuses a type that is no text, however deep it is nested', async () => {
    const nested = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    const body = `{"message":{"attachments":[{"@odata.type":${nested}}]}}`;
    await refuses(cloud, body, 400, 'RequestBodyRead', 'Invalid OData type specified: StartArray');
  });

  test('refuses another type, and says plainly which ones Graph has', async () => {
    const wrong = aFile({ '@odata.type': '#microsoft.OutlookServices.FileAttachment' });
    const invalid = 'Invalid OData type specified: "#microsoft.OutlookServices.FileAttachment"';
    await refuses(cloud, { message: aMessage({ attachments: [wrong] }) }, 400, 'RequestBodyRead', invalid);
    const item = { '@odata.type': '#microsoft.graph.itemAttachment', name: 'Event' };
    await refuses(
      cloud,
      { message: aMessage({ attachments: [item] }) },
      501,
      'NotImplementedByLocalCloud',
      /itemAttachment/,
    );
  });

  for (const contentBytes of ['not base64!', 'YQ', 'YQ=', 'YWJj_-8=']) {
    test(`refuses the content '${contentBytes}', which is not base64`, async () => {
      const message = `Cannot convert the literal '${contentBytes}' to the expected type 'Edm.Binary'.`;
      await refuses(
        cloud,
        { message: aMessage({ attachments: [aFile({ contentBytes })] }) },
        400,
        'RequestBodyRead',
        message,
      );
    });
  }

  test('refuses one without name or content and takes an empty one', async () => {
    for (const missing of [{ name: undefined }, { name: '' }, { contentBytes: undefined }]) {
      const message = aMessage({ attachments: [aFile(missing)] });
      await refuses(cloud, { message }, 400, 'ErrorRequiredPropertyMissing', 'Required property is missing.');
    }
    await accepts(cloud, { message: aMessage({ attachments: [aFile({ contentBytes: '' })] }) });
  });
});

describe('headers', () => {
  const headers = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ name: `X-Number-${n}`, value: `${n}` }));

  test('takes five of its own kind and refuses six', async () => {
    await accepts(cloud, { message: aMessage({ internetMessageHeaders: headers(5) }) });
    assert.equal(copies(cloud, anna)[0]?.headers.length, 5);
    cloud.state.messages.length = 0;
    const message = 'Maximum number of headers in one message should be less than or equal to 5.';
    await refuses(
      cloud,
      { message: aMessage({ internetMessageHeaders: headers(6) }) },
      400,
      'InvalidInternetMessageHeaderCollection',
      message,
    );
  });

  test('refuses a name that does not start with x-', async () => {
    const internetMessageHeaders = [{ name: 'List-Unsubscribe', value: '<https://contoso.example/u>' }];
    const message = "The internet message header name 'List-Unsubscribe' should start with 'x-' or 'X-'.";
    await refuses(
      cloud,
      { message: aMessage({ internetMessageHeaders }) },
      400,
      'InvalidInternetMessageHeader',
      message,
    );
  });
});
