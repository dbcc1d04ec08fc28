/**
 * The body of `sendMail`: https://learn.microsoft.com/graph/api/user-sendmail. What Graph would refuse is refused here,
 * and what Graph would take but this cloud does not keep is refused too, as not implemented: nothing is dropped silently.
 */

import { z } from 'zod';
import type { StoredAttachment, StoredMessage } from '../state.ts';
import {
  badBody,
  collection,
  complexType,
  edmBinary,
  edmBoolean,
  edmString,
  enumeration,
  invalidType,
  readTyped,
} from './odata.ts';
import { GraphRefusal, notImplemented } from './refusal.ts';

const emailAddress = complexType('microsoft.graph.emailAddress', {
  address: edmString.nullish(),
  name: edmString.nullish(),
});
const recipient = complexType('microsoft.graph.recipient', { emailAddress: emailAddress.nullish() });
export type Recipient = z.infer<typeof recipient>;

const message = complexType('microsoft.graph.message', {
  subject: edmString.nullish(),
  body: complexType('microsoft.graph.itemBody', {
    contentType: enumeration('text', 'html').nullish(),
    content: edmString.nullish(),
  }).nullish(),
  importance: enumeration('low', 'normal', 'high').nullish(),
  from: recipient.nullish(),
  sender: recipient.nullish(),
  toRecipients: collection(recipient),
  ccRecipients: collection(recipient),
  bccRecipients: collection(recipient),
  replyTo: collection(recipient),
  internetMessageHeaders: collection(
    complexType('microsoft.graph.internetMessageHeader', { name: edmString, value: edmString }),
  ),
  attachments: collection(z.unknown()),
});

/** Properties of https://learn.microsoft.com/graph/api/resources/message that this cloud has no use for. */
const notTaken = new Set(
  `bodyPreview categories changeKey conversationId conversationIndex createdDateTime extensions flag hasAttachments id
  inferenceClassification internetMessageId isDeliveryReceiptRequested isDraft isRead isReadReceiptRequested
  lastModifiedDateTime multiValueExtendedProperties parentFolderId receivedDateTime sentDateTime
  singleValueExtendedProperties uniqueBody webLink`.split(/\s+/),
);

/** What the base type of attachments has; `size`, `id` and the date are Graph's to set and are ignored when given. */
const attachmentShape = {
  id: edmString.nullish(),
  name: edmString.nullish(),
  contentType: edmString.nullish(),
  size: z.number().nullish(),
  isInline: edmBoolean.nullish(),
  lastModifiedDateTime: edmString.nullish(),
};
const attachment = complexType('microsoft.graph.attachment', attachmentShape);
const fileAttachment = complexType('microsoft.graph.fileAttachment', {
  ...attachmentShape,
  contentBytes: edmBinary.nullish(),
  contentId: edmString.nullish(),
  contentLocation: edmString.nullish(),
});

export interface SendMail {
  message: Omit<z.infer<typeof message>, 'attachments'> & { attachments: StoredAttachment[] };
  saveToSentItems: boolean;
}

const jsonObject = z.record(z.string(), z.unknown());

/** @throws GraphRefusal */
export function readSendMail(body: unknown): SendMail {
  const parameters = jsonObject.safeParse(body);
  if (!parameters.success) throw badBody('The request body is not a JSON object.');
  let given: unknown;
  let saveToSentItems = true;
  for (const [name, value] of Object.entries(parameters.data)) {
    // The metadata declares `Message` and `SaveToSentItems`, Microsoft's samples write both in camel case.
    if (/^message$/i.test(name)) given = value;
    else if (/^saveToSentItems$/i.test(name)) saveToSentItems = readSaveToSentItems(value);
    else
      throw badBody(
        `The parameter '${name}' in the request payload is not a valid parameter for the operation 'sendMail'.`,
      );
  }
  if (given === undefined || given === null) {
    throw badBody(
      "One or more parameters of the operation 'sendMail' are missing from the request payload. The missing parameters are: Message.",
    );
  }
  const unused = Object.keys(jsonObject.safeParse(given).data ?? {}).find((name) => notTaken.has(name));
  if (unused !== undefined) throw notImplemented(`the property '${unused}' of a message`);
  const read = readTyped(message, given);
  checkHeaders(read.internetMessageHeaders);
  return { message: { ...read, attachments: read.attachments.map(readAttachment) }, saveToSentItems };
}

/** Microsoft's own sample sends the string "false": https://learn.microsoft.com/graph/api/user-sendmail. */
function readSaveToSentItems(value: unknown): boolean {
  if (value === null || value === 'true') return true;
  return value === 'false' ? false : readTyped(edmBoolean, value);
}

const declaredType = z.object({ '@odata.type': z.string() });

function readAttachment(value: unknown): StoredAttachment {
  const declared = declaredType.safeParse(value);
  if (!declared.success) {
    // Without a type it is read as the abstract base type, which has no content:
    // https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/310, and without content
    // https://github.com/microsoftgraph/msgraph-beta-sdk-dotnet/issues/479.
    readTyped(attachment, value);
    throw new GraphRefusal({
      status: 422,
      code: 'UnprocessableType',
      message: "Cannot process input of abstract type 'microsoft.graph.attachment'",
      reason: 'attachment without type',
    });
  }
  const type = declared.data['@odata.type'];
  if (/^#microsoft\.graph\.(item|reference)Attachment$/.test(type)) throw notImplemented(`attachments of type ${type}`);
  if (type !== '#microsoft.graph.fileAttachment') throw badBody(invalidType(type));
  const { name, contentType, contentBytes, isInline, contentId } = readTyped(fileAttachment, value);
  if (!name || contentBytes === undefined || contentBytes === null) {
    throw new GraphRefusal({
      status: 400,
      code: 'ErrorRequiredPropertyMissing',
      message: 'Required property is missing.',
      reason: 'attachment without name or content',
    });
  }
  return {
    name,
    contentType: contentType ?? 'application/octet-stream',
    content: contentBytes,
    isInline: isInline ?? false,
    ...(contentId && { contentId }),
  };
}

/** https://learn.microsoft.com/graph/api/resources/internetmessageheader; for more than five Graph wants MIME. */
const MAX_HEADERS = 5;

function checkHeaders(headers: StoredMessage['headers']): void {
  for (const { name } of headers) {
    if (/^x-/i.test(name)) continue;
    // https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2105
    throw new GraphRefusal({
      status: 400,
      code: 'InvalidInternetMessageHeader',
      message: `The internet message header name '${name}' should start with 'x-' or 'X-'.`,
      reason: 'header name without x-',
    });
  }
  if (headers.length > MAX_HEADERS) {
    throw new GraphRefusal({
      status: 400,
      code: 'InvalidInternetMessageHeaderCollection',
      message: `Maximum number of headers in one message should be less than or equal to ${MAX_HEADERS}.`,
      reason: `more than ${MAX_HEADERS} headers`,
    });
  }
}
