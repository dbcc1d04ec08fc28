/**
 * A message as clients write it: https://learn.microsoft.com/graph/api/resources/message. What Graph would refuse is
 * refused here, and what Graph would take but this cloud does not keep is refused too, by a code of its own (501): nothing is
 * dropped silently.
 */

import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import type { OutgoingMessage } from '../mail/deliver.ts';
import type { EmailAddress, StoredMessage } from '../state.ts';
import { readAttachment } from './attachment-body.ts';
import { refuseWith } from './call.ts';
import { readExtendedProperties } from './extended-properties.ts';
import { collection, complexType, edmBoolean, edmString, enumeration, jsonObject, readTyped } from './odata.ts';
import { notImplemented } from './refusal.ts';

const recipient = complexType('microsoft.graph.recipient', {
  emailAddress: complexType('microsoft.graph.emailAddress', {
    address: edmString.nullish(),
    name: edmString.nullish(),
  }).nullish(),
});
type Recipient = z.infer<typeof recipient>;

const message = complexType('microsoft.graph.message', {
  subject: edmString.nullish(),
  body: complexType('microsoft.graph.itemBody', {
    contentType: enumeration('text', 'html').nullish(),
    content: edmString.nullish(),
  }).nullish(),
  importance: enumeration('low', 'normal', 'high').nullish(),
  isRead: edmBoolean.nullish(),
  internetMessageId: edmString.nullish(),
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
  singleValueExtendedProperties: collection(
    complexType('microsoft.graph.singleValueLegacyExtendedProperty', { id: edmString, value: edmString.nullish() }),
  ),
});

/** Properties that this cloud has no use for, and those that are Graph's alone to set. */
const notTaken = new Set(
  `categories extensions flag inferenceClassification isDeliveryReceiptRequested isReadReceiptRequested
  multiValueExtendedProperties`.split(/\s+/),
);
export const setByGraph = new Set(
  `bodyPreview changeKey conversationId conversationIndex createdDateTime hasAttachments id isDraft lastModifiedDateTime
  parentFolderId receivedDateTime sentDateTime uniqueBody webLink`.split(/\s+/),
);

/** What the properties mean, and which of them stood in the body. */
export interface MessageBody {
  message: OutgoingMessage & { isRead?: boolean };
  given: ReadonlySet<string>;
}

/** @throws GraphRefusal */
export function readMessage(cloud: CloudContext, body: unknown): MessageBody {
  const given = new Set(Object.keys(jsonObject.safeParse(body).data ?? {}));
  const unused = [...given].find((name) => notTaken.has(name) || setByGraph.has(name));
  if (unused !== undefined) throw notImplemented(`the property '${unused}' of a message`);
  const read = readTyped(message, body);
  checkHeaders(read.internetMessageHeaders);
  const { from, sender, internetMessageId, isRead } = read;
  return {
    given,
    message: {
      ...(from && { from: addressOf(from) }),
      ...(sender && { sender: addressOf(sender) }),
      to: read.toRecipients.map(addressOf),
      cc: read.ccRecipients.map(addressOf),
      bcc: read.bccRecipients.map(addressOf),
      replyTo: read.replyTo.map(addressOf),
      subject: read.subject ?? '',
      body: { contentType: read.body?.contentType ?? 'text', content: read.body?.content ?? '' },
      importance: read.importance ?? 'normal',
      ...(internetMessageId && { internetMessageId }),
      ...(typeof isRead === 'boolean' && { isRead }),
      headers: read.internetMessageHeaders.map(({ name, value }) => ({ name, value })),
      attachments: read.attachments.map((one) => readAttachment(cloud, one)),
      extendedProperties: readExtendedProperties(read.singleValueExtendedProperties),
    },
  };
}

/** As it was given: a draft may hold what cannot be sent, and is refused when it is. */
function addressOf({ emailAddress }: Recipient): EmailAddress {
  const { address, name } = emailAddress ?? {};
  return { address: address ?? '', ...(name && { name }) };
}

/** https://learn.microsoft.com/graph/api/resources/internetmessageheader; for more than five Graph wants MIME. */
const MAX_HEADERS = 5;

function checkHeaders(headers: StoredMessage['headers']): void {
  for (const { name } of headers) {
    if (/^x-/i.test(name)) continue;
    // https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2105
    refuseWith(
      400,
      'InvalidInternetMessageHeader',
      `The internet message header name '${name}' should start with 'x-' or 'X-'.`,
      'header name without x-',
    );
  }
  if (headers.length > MAX_HEADERS) {
    refuseWith(
      400,
      'InvalidInternetMessageHeaderCollection',
      `Maximum number of headers in one message should be less than or equal to ${MAX_HEADERS}.`,
      `more than ${MAX_HEADERS} headers`,
    );
  }
}
