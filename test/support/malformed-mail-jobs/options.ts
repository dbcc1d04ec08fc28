/** Mail jobs whose headers, times or choices are wrong, and such with fields that there are not. */

import { but, half, malformed, oneLine, wellFormed } from './malformed.ts';

const aTime = 'a time with its offset, like 2026-01-31T09:30:00Z';
const anHttpsAddress = 'an https address';
const leaving = 'an address like leave@contoso.example, or one with ?subject=... behind it';

const headed = (wrong: Record<string, unknown>) => ({ headers: [but({ name: 'X-Campaign', value: 'spring' })(wrong)] });
const leave = (listUnsubscribe: unknown) => ({ listUnsubscribe });

const headers = [
  ...malformed([
    ['headers that are an object', { headers: { 'x-campaign': 'spring' } }, '/headers', 'array'],
    ['a header that is text', { headers: ['X-Campaign: spring'] }, '/headers/0', 'object'],
    [
      '51 headers',
      { headers: Array.from({ length: 51 }, () => headed({}).headers[0]) },
      '/headers',
      'at most 50 headers',
    ],
    ['a header without a name', headed({ name: undefined }), '/headers/0/name', 'string'],
    ['a header that is not one of your own', headed({ name: 'Bcc' }), '/headers/0/name', 'a name that begins with x-'],
    ['a header with nothing behind x-', headed({ name: 'x-' }), '/headers/0/name', 'a name that begins with x-'],
    ['a colon in the name of a header', headed({ name: 'X-A: b' }), '/headers/0/name', 'a name that begins with x-'],
    [
      'a line break in the name of a header',
      headed({ name: 'X-A\r\n' }),
      '/headers/0/name',
      'a name that begins with x-',
    ],
    [
      'a header with a long name',
      headed({ name: `X-${'a'.repeat(75)}` }),
      '/headers/0/name',
      'a name that begins with x-',
    ],
    ['a header without a value', headed({ value: undefined }), '/headers/0/value', 'string'],
    ['a header with an empty value', headed({ value: '' }), '/headers/0/value', 'a value'],
    ['a header with a long value', headed({ value: 'v'.repeat(501) }), '/headers/0/value', 'at most 500 characters'],
    ['a line break in a header', headed({ value: 'a\r\nBcc: eve@evil.example' }), '/headers/0/value', oneLine],
    ['an unknown field of a header', headed({ encoding: 'Q' }), '/headers/0/encoding', 'no such field'],
  ]),
  ...malformed([['half of a surrogate pair in a header', headed({ value: half }), '/headers/0/value', wellFormed]], {
    beyondSchema: true,
  }),
];

const listUnsubscribe = [
  ...malformed([
    ['a listUnsubscribe that is text', leave('<mailto:leave@contoso.example>'), '/listUnsubscribe', 'object'],
    ['a listUnsubscribe of nothing', leave({}), '/listUnsubscribe', 'mailto or url'],
    ['a mailto that is a number', leave({ mailto: 7 }), '/listUnsubscribe/mailto', 'string'],
    ['a mailto with its scheme', leave({ mailto: 'mailto:leave@contoso.example' }), '/listUnsubscribe/mailto', leaving],
    [
      'a mailto that ends its bracket',
      leave({ mailto: 'a@contoso.example>, <https://evil.example' }),
      '/listUnsubscribe/mailto',
      leaving,
    ],
    [
      'a mailto with a line break',
      leave({ mailto: 'a@contoso.example\r\nBcc: eve@evil.example' }),
      '/listUnsubscribe/mailto',
      leaving,
    ],
    ['a mailto without a domain', leave({ mailto: 'leave' }), '/listUnsubscribe/mailto', leaving],
    [
      'a mailto of 901 characters',
      leave({ mailto: `${'a'.repeat(885)}@contoso.example` }),
      '/listUnsubscribe/mailto',
      'at most 900 characters',
    ],
    ['an address that is not https', leave({ url: 'http://contoso.example' }), '/listUnsubscribe/url', anHttpsAddress],
    ['a script for an address', leave({ url: 'javascript:alert(1)' }), '/listUnsubscribe/url', anHttpsAddress],
    [
      'an address that ends its bracket',
      leave({ url: 'https://a.example>,<b' }),
      '/listUnsubscribe/url',
      anHttpsAddress,
    ],
    [
      'an address with a line break',
      leave({ url: 'https://a.example\r\nX: y' }),
      '/listUnsubscribe/url',
      anHttpsAddress,
    ],
    [
      'an address with a letter beyond ASCII',
      leave({ url: 'https://a.example/ä' }),
      '/listUnsubscribe/url',
      anHttpsAddress,
    ],
    [
      'an address of 901 characters',
      leave({ url: `https://a.example/${'a'.repeat(883)}` }),
      '/listUnsubscribe/url',
      'at most 900 characters',
    ],
    ['one click as text', leave({ url: 'https://a.example', oneClick: 'yes' }), '/listUnsubscribe/oneClick', 'boolean'],
    [
      'one click with no address to post to',
      leave({ mailto: 'a@b.example', oneClick: true }),
      '/listUnsubscribe/url',
      'the address that one click posts to',
    ],
    [
      'an unknown field of listUnsubscribe',
      leave({ mailto: 'a@b.example', post: true }),
      '/listUnsubscribe/post',
      'no such field',
    ],
  ]),
  ...malformed(
    [
      [
        'an address with a port that is none',
        leave({ url: 'https://a.example:70000' }),
        '/listUnsubscribe/url',
        anHttpsAddress,
      ],
    ],
    {
      beyondSchema: true,
    },
  ),
];

const times = ['notBefore', 'expiresAt'].flatMap((name) => [
  ...malformed(
    [
      ['in epoch milliseconds', 1_767_225_600_000, 'string'],
      ['without an offset', '2026-01-31T09:30:00', aTime],
      ['without seconds', '2026-01-31T09:30Z', aTime],
      ['without a time', '2026-01-31', aTime],
      ['of the 13th month', '2026-13-01T09:30:00Z', aTime],
      ['of the 32nd day', '2026-01-32T09:30:00Z', aTime],
      ['of the 25th hour', '2026-01-31T24:30:00Z', aTime],
      ['with a leap second', '2026-12-31T23:59:60Z', aTime],
      ['of an offset of a day', '2026-01-31T09:30:00+24:00', aTime],
      ['in words', 'tomorrow', aTime],
    ].map(([what, value, expected]) => [`${name} ${what}`, { [name]: value }, `/${name}`, `${expected}`] as const),
  ),
  ...malformed(
    ['2026-02-29', '2026-04-31', '2100-02-29'].map((day) => [
      `${name} of a day that there is not, ${day}`,
      { [name]: `${day}T09:30:00Z` },
      `/${name}`,
      aTime,
    ]),
  ),
]);

const order = malformed(
  ['2026-01-31T09:30:00Z', '2026-01-31T10:30:00+01:00', '2026-01-30T09:30:00Z'].map((expiresAt) => [
    `an end that is not after the start, ${expiresAt}`,
    { notBefore: '2026-01-31T09:30:00Z', expiresAt },
    '/expiresAt',
    'a time later than notBefore',
  ]),
  { beyondSchema: true },
);

const choices = malformed([
  ['an importance that is none', { importance: 'urgent' }, '/importance', 'low, normal or high'],
  ['an importance that is a number', { importance: 1 }, '/importance', 'low, normal or high'],
  ['saveToSentItems as text', { saveToSentItems: 'false' }, '/saveToSentItems', 'boolean'],
  ['a delivery that is none', { delivery: 'at-least-once' }, '/delivery', 'standard or exactly-once'],
  ['an onUnknown that is none', { onUnknown: 'retry' }, '/onUnknown', 'hold or resend'],
  ['an unknown field', { sendAt: 'noon' }, '/sendAt', 'no such field'],
  [
    'an address in the place of a field name',
    { 'anna@customer.example': 1 },
    '',
    'no fields but those that are documented',
  ],
  [
    'an address in the place of a field name of a recipient',
    { to: [{ address: 'a@b.example', 'anna@customer.example': 1 }] },
    '/to/0',
    'no fields but those that are documented',
  ],
]);

export const options = [...headers, ...listUnsubscribe, ...times, ...order, ...choices];
