/** Mail jobs whose subject, bodies, attachments or blobs are wrong. */

import { anAttachment } from '../mail-job.ts';
import { refTo } from '../memory-content-store.ts';
import { but, half, malformed, oneLine, wellFormed } from './malformed.ts';

const mostBytes = 157_286_400;
const mostTextBytes = 4_194_304;
const aMediaType = 'a media type like application/pdf';
const aBlob = 'the name of a blob like jobs/4711/invoice.pdf';
const aHash = 'SHA-256 in 64 hexadecimal digits';
const anObject = 'an iCalendar object, from BEGIN:VCALENDAR on';
const inline = 'at most 3000000 bytes here: larger content goes into a blob';
const tooLarge = `at most ${mostBytes} bytes of content in all`;

const ref = but({ ...refTo('It is attached.') });
const calendar = but({ method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' });
const attached = (wrong: Record<string, unknown>) => ({ attachments: [but(anAttachment())(wrong)] });
const mime = { subject: undefined, text: undefined, mime: ref({}) };

/** Where a blob can be named, and how large it can be there. */
const places: readonly [string, (content: unknown) => Record<string, unknown>, number][] = [
  ['/text', (text) => ({ text }), mostTextBytes],
  ['/html', (html) => ({ html }), mostTextBytes],
  ['/mime', (content) => ({ ...mime, mime: content }), mostBytes],
  ['/calendar/content', (content) => ({ calendar: calendar({ content }) }), mostTextBytes],
  ['/attachments/0/content', (content) => attached({ content }), mostBytes],
];

const refs = places.flatMap(([at, put, most]) =>
  malformed([
    [`a blob without a name in ${at}`, put(ref({ blob: undefined })), `${at}/blob`, 'string'],
    [`the address of a blob in ${at}`, put(ref({ blob: 'https://evil.example/jobs/x' })), `${at}/blob`, aBlob],
    [`a blob that is not below jobs/ in ${at}`, put(ref({ blob: 'poison/secret' })), `${at}/blob`, aBlob],
    [`a blob with .. in ${at}`, put(ref({ blob: 'jobs/../secret' })), `${at}/blob`, aBlob],
    [`a blob with . in ${at}`, put(ref({ blob: 'jobs/./secret' })), `${at}/blob`, aBlob],
    [`a blob with an empty segment in ${at}`, put(ref({ blob: 'jobs//secret' })), `${at}/blob`, aBlob],
    [`the folder of blobs in ${at}`, put(ref({ blob: 'jobs/' })), `${at}/blob`, aBlob],
    [`a blob with a query in ${at}`, put(ref({ blob: 'jobs/x?sig=secret' })), `${at}/blob`, aBlob],
    [`a blob with a percent sign in ${at}`, put(ref({ blob: 'jobs/%2e%2e' })), `${at}/blob`, aBlob],
    [
      `a blob with a long name in ${at}`,
      put(ref({ blob: `jobs/${'a/'.repeat(510)}` })),
      `${at}/blob`,
      'at most 1024 characters',
    ],
    [`a blob without a hash in ${at}`, put(ref({ sha256: undefined })), `${at}/sha256`, 'string'],
    [
      `a hash in base64 in ${at}`,
      put(ref({ sha256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=' })),
      `${at}/sha256`,
      aHash,
    ],
    [`a blob without a size in ${at}`, put(ref({ bytes: undefined })), `${at}/bytes`, 'a whole number'],
    [`a size as text in ${at}`, put(ref({ bytes: '15' })), `${at}/bytes`, 'a whole number'],
    [`half a byte in ${at}`, put(ref({ bytes: 1.5 })), `${at}/bytes`, 'a whole number'],
    [`fewer bytes than none in ${at}`, put(ref({ bytes: -1 })), `${at}/bytes`, 'a whole number from 0'],
    [`too many bytes in ${at}`, put(ref({ bytes: most + 1 })), `${at}/bytes`, `at most ${most} bytes`],
    [`an unknown field of a blob in ${at}`, put(ref({ container: 'secrets' })), `${at}/container`, 'no such field'],
  ]),
);

const texts = [
  ...malformed([
    ['a subject that is a number', { subject: 7 }, '/subject', 'string'],
    ['a subject that is null', { subject: null }, '/subject', 'string'],
    ['a subject of 256 characters', { subject: 's'.repeat(256) }, '/subject', 'at most 255 characters'],
    ['a line break in the subject', { subject: 'Hi\r\nBcc: eve@evil.example' }, '/subject', oneLine],
    ['a lone line feed in the subject', { subject: 'Hi\nBcc: eve@evil.example' }, '/subject', oneLine],
    ['a NUL in the subject', { subject: 'Hi\u0000' }, '/subject', oneLine],
    ['a line separator in the subject', { subject: 'Hi\u2028there' }, '/subject', oneLine],
    ['a text that is a list', { text: ['hello'] }, '/text', 'text, or an object with blob, sha256 and bytes'],
    ['a text that is null', { text: null }, '/text', 'text, or an object with blob, sha256 and bytes'],
    ['an html that is a number', { html: 7 }, '/html', 'text, or an object with blob, sha256 and bytes'],
    ['an html that is an empty object', { html: {} }, '/html/blob', 'string'],
    ['a text of 4 MiB and one', { text: 't'.repeat(mostTextBytes + 1) }, '/text', `at most ${mostTextBytes} bytes`],
    ['nothing to say', { text: undefined }, '/text', 'at least one of text, html, mime and calendar'],
    ['a mime that stands in the job', { ...mime, mime: 'Subject: x\r\n\r\n' }, '/mime', 'object'],
  ]),
  ...malformed(
    [
      ['half of a surrogate pair in the subject', { subject: half }, '/subject', wellFormed],
      ['half of a surrogate pair in the text', { text: half }, '/text', wellFormed],
      ['half of a surrogate pair in the html', { html: half }, '/html', wellFormed],
      [
        'a text of more bytes than characters',
        { text: 'ä'.repeat(2_097_153) },
        '/text',
        `at most ${mostTextBytes} bytes`,
      ],
    ],
    { beyondSchema: true },
  ),
];

const besideMime = malformed(
  Object.entries({
    subject: 'x',
    text: 'x',
    html: 'x',
    attachments: [],
    headers: [],
    listUnsubscribe: { mailto: 'leave@contoso.example' },
    calendar: calendar({}),
    importance: 'normal',
    sendAs: 'sales@contoso.example',
    replyTo: [],
  }).map(([name, value]) => [
    `${name} beside mime`,
    { ...mime, [name]: value },
    `/${name}`,
    'nothing beside mime, which says it itself',
  ]),
);

const calendars = malformed([
  ['a calendar that is text', { calendar: 'BEGIN:VCALENDAR\r\n' }, '/calendar', 'object'],
  ['a calendar without a method', { calendar: calendar({ method: undefined }) }, '/calendar/method', methodsOf()],
  ['a method that is none', { calendar: calendar({ method: 'INVITE' }) }, '/calendar/method', methodsOf()],
  ['a calendar without content', { calendar: calendar({ content: undefined }) }, '/calendar/content', contentOf()],
  ['a calendar that is none', { calendar: calendar({ content: 'On Monday' }) }, '/calendar/content', anObject],
  ['an unknown field of a calendar', { calendar: calendar({ start: 'noon' }) }, '/calendar/start', 'no such field'],
]);

function methodsOf(): string {
  return 'one of PUBLISH, REQUEST, REPLY, ADD, CANCEL, REFRESH, COUNTER, DECLINECOUNTER';
}

function contentOf(): string {
  return 'an iCalendar object, or an object with blob, sha256 and bytes';
}

const attachments = [
  ...malformed([
    ['attachments that are no list', { attachments: anAttachment() }, '/attachments', 'array'],
    ['an attachment that is text', { attachments: ['a.pdf'] }, '/attachments/0', 'object'],
    [
      '101 attachments',
      { attachments: Array.from({ length: 101 }, () => anAttachment()) },
      '/attachments',
      'at most 100 attachments',
    ],
    ['an attachment without a name', attached({ name: undefined }), '/attachments/0/name', 'string'],
    ['an attachment with an empty name', attached({ name: '' }), '/attachments/0/name', 'a file name'],
    [
      'an attachment with a long name',
      attached({ name: 'n'.repeat(256) }),
      '/attachments/0/name',
      'at most 255 characters',
    ],
    ['a line break in the name of a file', attached({ name: 'a.pdf\r\nX-Evil: 1' }), '/attachments/0/name', oneLine],
    [
      'an attachment without a media type',
      attached({ contentType: undefined }),
      '/attachments/0/contentType',
      'string',
    ],
    ['a media type without a subtype', attached({ contentType: 'pdf' }), '/attachments/0/contentType', aMediaType],
    [
      'a media type with half a parameter',
      attached({ contentType: 'text/plain; charset' }),
      '/attachments/0/contentType',
      aMediaType,
    ],
    [
      'a media type with open quotes',
      attached({ contentType: 'text/plain; a="b' }),
      '/attachments/0/contentType',
      aMediaType,
    ],
    [
      'a line break in a media type',
      attached({ contentType: 'text/plain; a=b\r\nX-Evil: 1' }),
      '/attachments/0/contentType',
      aMediaType,
    ],
    [
      'a media type of 256 characters',
      attached({ contentType: `a/${'b'.repeat(254)}` }),
      '/attachments/0/contentType',
      'at most 255 characters',
    ],
    [
      'an attachment without content',
      attached({ content: undefined }),
      '/attachments/0/content',
      'base64, or an object with blob, sha256 and bytes',
    ],
    ['an attachment that is not base64', attached({ content: 'It is attached.' }), '/attachments/0/content', 'base64'],
    ['an attachment in base64url', attached({ content: '_-_-' }), '/attachments/0/content', 'base64'],
    ['an attachment without its padding', attached({ content: 'JVBERi0' }), '/attachments/0/content', 'base64'],
    ['an attachment with a line break', attached({ content: 'JVBE\nRi0=' }), '/attachments/0/content', 'base64'],
    ['an attachment above 3 MB', attached({ content: 'AAAA'.repeat(1_000_001) }), '/attachments/0/content', inline],
    [
      'an attachment of 100 MB in the job',
      attached({ content: 'AAAA'.repeat(33_000_000) }),
      '/attachments/0/content',
      inline,
    ],
    ['a content id that is a number', attached({ contentId: 7 }), '/attachments/0/contentId', 'string'],
    [
      'a content id that would break out of its header',
      attached({ contentId: 'logo>\r\nX: y' }),
      '/attachments/0/contentId',
      'letters, digits and . @ + - _',
    ],
    [
      'an unknown field of an attachment',
      attached({ url: 'https://x.example' }),
      '/attachments/0/url',
      'no such field',
    ],
  ]),
  ...malformed(
    [
      ['half of a surrogate pair in the name of a file', attached({ name: half }), '/attachments/0/name', wellFormed],
      [
        'attachments that are too large together',
        { attachments: [mostBytes, 1].map((bytes) => anAttachment({ content: ref({ bytes }) })) },
        '/attachments',
        tooLarge,
      ],
      [
        'a text that makes it too large',
        { ...attached({ content: ref({ bytes: mostBytes }) }) },
        '/attachments',
        tooLarge,
      ],
    ],
    { beyondSchema: true },
  ),
];

export const content = [...refs, ...texts, ...besideMime, ...calendars, ...attachments];
