/** Subjects, display names, headers of one's own, importance, and how to leave a list. */

import { blob, octets, type Fields, type Specimen } from './specimen.ts';
import { writings } from './texts.ts';

const plain = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '');

const subjects: Readonly<Record<string, string>> = {
  empty: '',
  'of one character': 'x',
  'of 255 characters': 's'.repeat(255),
  'of 255 characters beyond ASCII': 'ü'.repeat(255),
  'of 254 units of emoji': '😀'.repeat(127),
  'of many words': 'word and '.repeat(28),
  'with two spaces': 'two  spaces   and  more',
  'with spaces around': '  around  ',
  'that looks encoded': '=?UTF-8?Q?not_encoded?=',
  'that looks half encoded': 'a =?utf-8?B?w7w=?= b =? c ?= d',
  'with signs of headers': 'Re: AW: [list] "quoted" <a@b.example>, (c); d\\e = f?',
  'with bytes that wear out decoders': 'ü x ü  y =?= ü_ü',
  'with a right-to-left override': 'annex\u202Efdp.exe',
  'that ends with a backslash': 'path C:\\',
};

const names: Readonly<Record<string, string>> = {
  'in quotes': '"Anna"',
  'with a comma': 'Berg, Anna',
  'with an address in it': 'anna@evil.example',
  'with angle brackets': 'Anna <evil@evil.example>',
  'with a comment': 'Anna (Sales)',
  'with a backslash': 'A\\B',
  'with a colon and a semicolon': 'Team: a, b;',
  'with an apostrophe': "O'Neil",
  'with a dot': 'Dr. A. Berg',
  'of 256 characters': 'n'.repeat(256),
  'of 250 characters beyond ASCII': 'ж'.repeat(250),
};

const values: Readonly<Record<string, string>> = {
  'of 500 characters in one word': 'v'.repeat(500),
  'of 500 characters in many': 'word and '.repeat(55),
  'of 500 characters beyond ASCII': 'ü'.repeat(500),
  'with two spaces': 'a  b   c',
  'that looks encoded': '=?UTF-8?Q?x?=',
  'of signs': '{"json": [1, "two"], \'x\': \\n}; a=b',
};

const header = (value: string, name = 'x-tenantpost-test'): Fields => ({ name, value });

export function headers(): Specimen[] {
  return [
    ...Object.entries(writings).map(([title, text]) => ({
      title: `subject and names: ${title}`,
      job: {
        subject: plain(text),
        to: [{ address: 'anna@customer.example', name: plain(text) }],
        replyTo: [{ address: 'answers@contoso.example', name: plain(text) }],
        headers: [header(plain(text))],
      },
    })),
    ...Object.entries(subjects).map(([title, subject]) => ({ title: `subject ${title}`, job: { subject } })),
    ...Object.entries(names).map(([title, name]) => ({
      title: `name ${title}`,
      job: { to: [{ address: 'anna@customer.example', name }], cc: [{ address: 'ben@customer.example', name }] },
    })),
    ...Object.entries(values).map(([title, value]) => ({
      title: `header ${title}`,
      job: { headers: [header(value)] },
    })),
    { title: 'five headers', job: { headers: [1, 2, 3, 4, 5].map((n) => header(`value ${n}`, `X-Number-${n}`)) } },
    {
      title: 'fifty headers',
      job: { headers: Array.from({ length: 50 }, (_, n) => header(`Wert ${n} ü`, `x-number-${n}`)) },
    },
    { title: 'a header twice', job: { headers: [header('one'), header('two')] } },
    { title: 'the longest header name', job: { headers: [header('value', `x-${'n'.repeat(74)}`)] } },
    { title: 'high importance', job: { importance: 'high' } },
    { title: 'low importance', job: { importance: 'low' } },
    { title: 'high importance beside both bodies', job: { importance: 'high', html: '<p>both' } },
    {
      title: 'a list to leave by mail',
      job: { listUnsubscribe: { mailto: 'leave@contoso.example?subject=out%20now' } },
    },
    {
      title: 'a list to leave by an address of 900 characters',
      job: { listUnsubscribe: { url: `https://contoso.example/leave?t=${'a1-_~'.repeat(173)}123` } },
    },
    {
      title: 'a list to leave in one click',
      job: {
        listUnsubscribe: { mailto: 'leave@contoso.example', url: 'https://contoso.example/l?a=b&c=d', oneClick: true },
      },
    },
    {
      title: 'an invitation',
      job: { html: '<p>Come', calendar: { method: 'REQUEST', content: invitation('REQUEST') } },
    },
    {
      title: 'an invitation alone, with long folded lines',
      job: { text: undefined, calendar: { method: 'PUBLISH', content: invitation('PUBLISH', 'Größe '.repeat(200)) } },
    },
    {
      title: 'an invitation with a file of 5 MB',
      job: {
        calendar: { method: 'REQUEST', content: invitation('REQUEST') },
        attachments: [{ name: 'a.bin', contentType: 'application/octet-stream', content: blob(octets(5_000_000)) }],
      },
      refused: { graph: { code: 'TRANSPORT_CANNOT' as const, field: '/calendar' } },
    },
    ...['no HTML', '<p>HTML'].map((html) => ({
      title: `no copy in Sent Items, ${html}`,
      job: { saveToSentItems: false, ...(html === 'no HTML' ? {} : { html }) },
      refused: { smtp: { code: 'TRANSPORT_CANNOT' as const, field: '/saveToSentItems' } },
    })),
    { title: 'a cancelled meeting', job: { calendar: { method: 'CANCEL', content: invitation('CANCEL') } } },
  ];
}

/** RFC 5545, with lines folded at 60 characters. */
function invitation(method: string, summary = 'Treffen 会議 😀'): string {
  const line = `SUMMARY:${summary}`;
  const folded = [...line].map((one, at) => (at > 0 && at % 60 === 0 ? `\r\n ${one}` : one)).join('');
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//tenantpost//corpus//EN',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    'UID:1@contoso.example',
    'DTSTAMP:20261122T100000Z',
    'DTSTART:20261123T100000Z',
    folded,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}
