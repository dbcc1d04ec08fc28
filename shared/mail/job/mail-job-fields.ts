/** The fields of a mail job, version 1, each by itself; what they must be together is in mail-job.ts. */

import { z } from 'zod';
import { deliveries, onUnknowns, tenantId } from '../../tenants/tenant.ts';
import { address, recipient } from './address.ts';
import { contentRef, mostContentBytes, mostTextBytes, textRef } from './content-ref.ts';
import { line, upTo, wellFormed } from './line.ts';
import { rfc3339 } from './rfc3339.ts';

/** Exchange Online's default; a tenant's administrator may set 1 to 1000. */
export const recipientsPerMessage = 500;

/** Content that stands in the job itself. A queue message holds far less. */
const mostInlineBytes = 3_000_000;

/** A header cannot be folded inside of an address: RFC 5322 section 2.1.1 ends a line after 998 octets. */
const mostUrlLength = 900;

/** Chosen by the producer: the idempotency key. The same id within a tenant means the same mail. */
export const mailJobId = z.string().regex(/^[A-Za-z0-9_.:@=+-]{1,200}$/, 'up to 200 letters, digits and . : @ = + - _');

const recipients = z
  .array(recipient)
  .max(recipientsPerMessage, `at most ${recipientsPerMessage} recipients`)
  .optional();

const text = upTo(mostTextBytes, `at most ${mostTextBytes} bytes`)
  .refine((written) => Buffer.byteLength(written) <= mostTextBytes, `at most ${mostTextBytes} bytes`)
  .refine((written) => written.isWellFormed(), wellFormed)
  .meta({ description: `At most ${mostTextBytes} bytes of UTF-8.` });

const body = z.union([text, textRef], { error: 'text, or an object with blob, sha256 and bytes' }).optional();

const attachment = z.strictObject({
  name: line(255).min(1, 'a file name').meta({ description: 'The file name.' }),
  contentType: upTo(255)
    .regex(
      /^[A-Za-z0-9_.+-]+\/[A-Za-z0-9_.+-]+(?: *; *[A-Za-z0-9_-]+=(?:[A-Za-z0-9_.+:-]+|"[A-Za-z0-9_ .+:-]*"))*$/,
      'a media type like application/pdf',
    )
    .meta({ description: 'The media type with its parameters: RFC 9110 section 8.3.1.' }),
  content: z
    .union(
      [
        upTo((mostInlineBytes / 3) * 4, `at most ${mostInlineBytes} bytes here: larger content goes into a blob`)
          .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'base64')
          .meta({ contentEncoding: 'base64', description: 'base64: RFC 4648 section 4, with padding.' }),
        contentRef,
      ],
      { error: 'base64, or an object with blob, sha256 and bytes' },
    )
    .meta({ description: 'The octets: in base64, or in a blob.' }),
  contentId: z
    .string()
    .regex(/^[A-Za-z0-9_.@+-]{1,200}$/, 'letters, digits and . @ + - _')
    .optional()
    .meta({ description: 'Makes it an inline image: <img src="cid:..."> in the HTML shows it.' }),
});

const header = z.strictObject({
  name: z
    .string()
    .regex(/^[Xx]-[A-Za-z0-9_-]{1,74}$/, 'a name that begins with x-')
    .meta({ description: 'x-, then letters, digits, - and _.' }),
  value: line(500).min(1, 'a value').meta({ description: 'One line, in any script.' }),
});

const listUnsubscribe = z
  .strictObject({
    mailto: upTo(mostUrlLength)
      .regex(
        /^[A-Za-z0-9_.+=!$'*~-]+@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z][A-Za-z0-9-]*(?:\?[A-Za-z0-9_.~!$&'*+,;=:@/?%-]*)?$/,
        'an address like leave@contoso.example, or one with ?subject=... behind it',
      )
      .optional()
      .meta({ description: 'An address, or one with ?subject=... behind it: RFC 6068 without its scheme.' }),
    url: upTo(mostUrlLength)
      .regex(/^https:\/\/[A-Za-z0-9[][!#$%&'()*+,./0-9:;=?@A-Z[\]_a-z~-]*$/, 'an https address')
      .refine((url) => URL.canParse(url), 'an https address')
      .optional()
      .meta({ description: 'An https address. It is never fetched by this app.' }),
    oneClick: z
      .boolean()
      .optional()
      .meta({ description: 'Adds List-Unsubscribe-Post (RFC 8058): a POST to the url unsubscribes. Needs url.' }),
  })
  .meta({
    anyOf: [{ required: ['mailto'] }, { required: ['url'] }],
    if: { properties: { oneClick: { const: true } }, required: ['oneClick'] },
    then: { required: ['url'] },
  })
  .superRefine(({ mailto, url, oneClick }, context) => {
    if (mailto === undefined && url === undefined) context.addIssue({ code: 'custom', message: 'mailto or url' });
    // RFC 8058 section 3.1: one click is a POST to an https address.
    else if (oneClick === true && url === undefined) {
      context.addIssue({ code: 'custom', path: ['url'], message: 'the address that one click posts to' });
    }
  });

/** RFC 5546 section 1.4. */
const methods = ['PUBLISH', 'REQUEST', 'REPLY', 'ADD', 'CANCEL', 'REFRESH', 'COUNTER', 'DECLINECOUNTER'] as const;

const calendar = z.strictObject({
  method: z.enum(methods, { error: `one of ${methods.join(', ')}` }).meta({ description: 'The METHOD of the object.' }),
  content: z
    .union(
      [
        text
          .regex(/^BEGIN:VCALENDAR[\r\n]/, 'an iCalendar object, from BEGIN:VCALENDAR on')
          .meta({ description: 'RFC 5545.' }),
        textRef,
      ],
      { error: 'an iCalendar object, or an object with blob, sha256 and bytes' },
    )
    .meta({ description: 'The iCalendar object: as text, or in a blob.' }),
});

// Patterns spell ASCII out: to Python and .NET, which read the published schema too, \w and \d are letters of any script.

export const fields = z.strictObject({
  version: z.literal(1).meta({ description: 'The number 1.' }),
  id: mailJobId.meta({ description: 'The idempotency key within the tenant. It is logged: no address belongs in it.' }),
  tenant: tenantId.meta({ description: 'The tenant id of a tenant that consented.' }),
  from: address.meta({ description: 'The mailbox that sends.' }),
  sendAs: recipient.optional().meta({
    description: 'Another From than the mailbox, or the same with a display name. Exchange asks for Send As.',
  }),
  to: recipients.meta({
    description: `At most ${recipientsPerMessage} in to, cc and bcc together. Whoever is named twice is written to once.`,
  }),
  cc: recipients.meta({ description: 'As to.' }),
  bcc: recipients.meta({ description: 'As to; the others do not see them.' }),
  replyTo: recipients.meta({ description: 'Where answers go.' }),
  subject: line(255).optional().meta({ description: 'One line.' }),
  text: body.meta({ description: 'The body as plain text, beside the HTML or alone.' }),
  html: body.meta({ description: 'The body as HTML.' }),
  mime: contentRef
    .optional()
    .meta({ description: 'A ready MIME message, sent as it is; to, cc and bcc are its envelope.' }),
  importance: z
    .enum(['low', 'normal', 'high'], { error: 'low, normal or high' })
    .optional()
    .meta({ description: 'What mail programs mark it with.' }),
  headers: z.array(header).max(50, 'at most 50 headers').optional().meta({ description: 'Headers of your own.' }),
  listUnsubscribe: listUnsubscribe
    .optional()
    .meta({ description: 'RFC 2369: how to leave the list. mailto, url or both.' }),
  calendar: calendar.optional().meta({ description: 'An invitation, or an answer to one.' }),
  attachments: z
    .array(attachment)
    .max(100, 'at most 100 attachments')
    .optional()
    .meta({ description: `Files and inline images; at most ${mostContentBytes} bytes of content in the whole job.` }),
  saveToSentItems: z.boolean().optional().meta({ description: 'Whether the mailbox keeps a copy.' }),
  delivery: z
    .enum(deliveries, { error: deliveries.join(' or ') })
    .optional()
    .meta({ description: 'Without it the delivery of the tenant, or of the installation.' }),
  onUnknown: z
    .enum(onUnknowns, { error: onUnknowns.join(' or ') })
    .optional()
    .meta({ description: 'What to do when nobody can tell whether it left. Without it what the tenant has, or hold.' }),
  notBefore: rfc3339.optional().meta({ description: 'It waits until then.' }),
  expiresAt: rfc3339.optional().meta({ description: 'From then on it is refused. Later than notBefore.' }),
});

/** What a field is that the producer leaves out. */
export const defaults = {
  to: [],
  cc: [],
  bcc: [],
  replyTo: [],
  subject: '',
  importance: 'normal',
  headers: [],
  attachments: [],
  saveToSentItems: true,
} as const;
