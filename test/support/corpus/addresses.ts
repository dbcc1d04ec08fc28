/** Addresses by RFC 5321, 5322 and 6531, and recipients by the hundred. */

import type { Specimen } from './specimen.ts';

const longest = `${'l'.repeat(64)}@${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(55)}.example`;

const locals: Readonly<Record<string, string>> = {
  'with a tag': 'anna+tag+more@customer.example',
  'of signs': "!#$%&'*+-/=?^_`{|}~@customer.example",
  'with dots': 'a.n.n.a@customer.example',
  'in capitals': 'ANNA.Berg@Customer.EXAMPLE',
  'of digits': '0123456789@customer.example',
  'of one letter': 'a@b.example',
  'as long as may be': longest,
  'at a deep domain': `anna@${'a.'.repeat(50)}example`,
  'at a domain of hyphens': 'anna@a--b.c-d.example',
};

const international: Readonly<Record<string, string>> = {
  'at a German domain': 'anna@bücher.example',
  'at a Greek domain with a final sigma': 'anna@βόλος.example',
  'at a Chinese domain with an ideographic dot': 'anna@例子。example',
  'at an Arabic domain': 'anna@مثال.example',
  'at an emoji domain': 'anna@😀.example',
  'at a domain in capitals': 'anna@MÜNCHEN.example',
};

const beyondAscii: Readonly<Record<string, string>> = {
  'of German letters': 'jörg@customer.example',
  'of Chinese letters at a Chinese domain': '用户@例子.example',
  'of Arabic letters': 'بريد@مثال.example',
  'of emoji': '😀@customer.example',
};

/** Whether Exchange takes them is not known; the local cloud's servers take one. */
const quoted: readonly (readonly [title: string, address: string, isTakenBySmtp: boolean])[] = [
  ['with a space', '"anna berg"@customer.example', false],
  ['with an at sign', '"anna@home"@customer.example', false],
  ['with a comma', '"berg, anna"@customer.example', false],
  ['with quotes and backslashes', '"a\\"b\\\\c"@customer.example', true],
];

const many = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, number) => `${prefix}${number}@customer.example`);

export function addresses(): Specimen[] {
  const known = { ...locals, ...international, ...beyondAscii };
  return [
    ...Object.entries(known).map(([title, address]) => ({ title: `address ${title}`, job: { to: [address] } })),
    ...quoted.map(([title, address, isTakenBySmtp]) => ({
      title: `address in quotes ${title}`,
      job: { to: ['first@customer.example', address] },
      refused: {
        graph: { code: 'SEND_REJECTED' as const },
        ...(isTakenBySmtp ? {} : { smtp: { code: 'SEND_REJECTED' as const, field: '/to/1' } }),
      },
    })),
    {
      title: 'address in quotes with angle brackets',
      job: { to: ['"a<b>c"@customer.example'] },
      refused: {
        graph: { code: 'SEND_REJECTED' as const },
        smtp: { code: 'TRANSPORT_CANNOT' as const, field: '/to/0' },
      },
    },
    {
      title: 'answers to an address beyond ASCII',
      job: { to: ['jörg@customer.example'], replyTo: ['ännä@customer.example'] },
    },
    {
      title: 'answers to an address beyond ASCII, and recipients within',
      job: { replyTo: ['a@customer.example', 'ännä@customer.example'] },
      refused: { smtp: { code: 'TRANSPORT_CANNOT' as const, field: '/replyTo/1' } },
    },
    { title: 'a copy only', job: { to: undefined, cc: ['cc@customer.example'] } },
    { title: 'a blind copy only', job: { to: undefined, bcc: ['bcc@customer.example'] } },
    {
      title: 'a blind copy only, beside both bodies',
      job: { to: undefined, bcc: ['bcc@customer.example'], html: '<p>x' },
    },
    { title: '500 recipients', job: { to: many(500, 'to') } },
    {
      title: '500 recipients with names, in all three fields',
      job: {
        to: many(200, 'to').map((address, at) => ({ address, name: `Empfänger Nr. ${at}, 受取人` })),
        cc: many(150, 'cc').map((address, at) => ({ address, name: `Copy ${at}` })),
        bcc: many(150, 'bcc'),
      },
    },
    { title: '500 blind copies', job: { to: undefined, bcc: many(500, 'bcc') } },
    {
      title: 'recipients named twice, in other spellings',
      job: {
        to: ['Anna@customer.example', { address: 'anna@CUSTOMER.example', name: 'Again' }],
        cc: ['ANNA@customer.example', 'ben@customer.example'],
        bcc: ['ben@customer.example', 'cleo@customer.example'],
      },
    },
    { title: 'ten addresses for answers', job: { replyTo: many(10, 'answer') } },
  ];
}
