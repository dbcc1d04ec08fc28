/** Mail jobs whose identity, sender or recipients are wrong. */

import { but, half, malformed, oneLine, wellFormed } from './malformed.ts';

const anAddress = 'a mail address like anna@contoso.example';
const aRecipient = 'a mail address, or an object with address and name';
const tooLong = 'an address of at most 254 octets, with at most 64 before the @';
const anId = 'up to 200 letters, digits and . : @ = + - _';
const aTenantId = 'a tenant id, for example 11111111-aaaa-4aaa-8aaa-111111111111';
const nobody = 'at least one recipient in to, cc or bcc';

const anna = but({ address: 'anna@customer.example' });
const people = (count: number) => Array.from({ length: count }, (_, at) => `r${at}@customer.example`);
/** 63 octets. */
const label = 'a'.repeat(63);

const identity = malformed([
  ['no id', { id: undefined }, '/id', 'string'],
  ['an id that is a number', { id: 4711 }, '/id', 'string'],
  ['an empty id', { id: '' }, '/id', anId],
  ['an id that a table key cannot hold', { id: 'a/b' }, '/id', anId],
  ['an id with a line break', { id: 'a\n' }, '/id', anId],
  ['an id with a letter beyond ASCII', { id: 'größe' }, '/id', anId],
  ['an id of 201 characters', { id: 'a'.repeat(201) }, '/id', anId],
  ['no tenant', { tenant: undefined }, '/tenant', aTenantId],
  ['a tenant by domain', { tenant: 'contoso.com' }, '/tenant', aTenantId],
]);

const form = malformed(
  [
    ['without an @', 'billing'],
    ['with a display name', 'Billing <billing@contoso.example>'],
    ['in angle brackets', '<billing@contoso.example>'],
    ['of two', 'a@contoso.example,b@contoso.example'],
    ['with two @', 'a@b@contoso.example'],
    ['that is empty', ''],
    ['with nothing before the @', '@contoso.example'],
    ['with nothing behind the @', 'billing@'],
    ['with a dot at the start', '.billing@contoso.example'],
    ['with a dot before the @', 'billing.@contoso.example'],
    ['with two dots', 'bil..ling@contoso.example'],
    ['with a space', 'bil ling@contoso.example'],
    ['with a space of another script', 'bil\u3000ling@contoso.example'],
    ['with a letter that turns the direction', 'bil\u202eling@contoso.example'],
    ['with a comment', 'billing(us)@contoso.example'],
    ['with quotes in part', 'bil"l"ing@contoso.example'],
    ['with quotes that do not end', '"billing@contoso.example'],
    ['with a backslash outside of quotes', 'bil\\ling@contoso.example'],
    ['of no fully qualified domain', 'billing@contoso'],
    ['of a domain with an empty label', 'billing@contoso..example'],
    ['of a domain with a dot at its end', 'billing@contoso.example.'],
    ['of a domain with a hyphen at a start', 'billing@-contoso.example'],
    ['of a domain with a hyphen at an end', 'billing@contoso-.example'],
    ['of a domain with an underscore', 'billing@con_toso.example'],
    ['of a domain with a percent sign', 'billing@con%74oso.example'],
    ['of a domain with a port', 'billing@contoso.example:25'],
    ['of an IP literal', 'billing@[192.0.2.1]'],
    ['of an IPv6 literal', 'billing@[IPv6:2001:db8::1]'],
    ['of a bare IP address', 'billing@192.0.2.1'],
    ['with a line break', 'billing@contoso.example\r\nBcc:eve@evil.example'],
    ['with a NUL', 'billing\u0000@contoso.example'],
    ['with an escape', 'billing\u001b@contoso.example'],
    ['with a DEL', 'billing@contoso\u007f.example'],
    ['with a C1 control', 'billing\u009b@contoso.example'],
    ['with a control in quotes', '"bil\u0007ling"@contoso.example'],
  ].map(([what = '', from]) => [`a sender ${what}`, { from }, '/from', anAddress] as const),
);

const formBeyondSchema = malformed(
  [
    ['of an IP address as URLs write it', 'billing@0x7f.0x1', anAddress],
    ['of a label that is no punycode', 'billing@xn--ü.example', anAddress],
    ['of a label that UTS 46 forbids', 'billing@a\u200db.example', anAddress],
    ['with half of a surrogate pair', `bil${half}ling@contoso.example`, anAddress],
    ['of a label of 64 octets', `billing@${label}a.example`, anAddress],
    ['with 65 octets before the @', `${'a'.repeat(65)}@contoso.example`, tooLong],
    ['with 33 letters of two octets before the @', `${'ä'.repeat(33)}@contoso.example`, tooLong],
    ['of 255 octets as A-labels', `${'a'.repeat(30)}@${'邮件地址国际化域名标签长度.'.repeat(5)}example`, tooLong],
  ].map(([what = '', from, expected = '']) => [`a sender ${what}`, { from }, '/from', expected] as const),
  { beyondSchema: true },
);

const senders = malformed([
  ['no sender', { from: undefined }, '/from', 'string'],
  ['a sender as an object', { from: { address: 'billing@contoso.example' } }, '/from', 'string'],
  ['a sender of 255 characters', { from: `a@${`${label}.`.repeat(3)}${'b'.repeat(53)}.example` }, '/from', tooLong],
  ['a sender of a megabyte', { from: `${'a.'.repeat(500_000)}a@contoso.example` }, '/from', tooLong],
  ['a number to send as', { sendAs: 7 }, '/sendAs', aRecipient],
  ['a sendAs that is no address', { sendAs: 'Billing' }, '/sendAs', anAddress],
  ['a sendAs of nobody', { sendAs: { name: 'Billing' } }, '/sendAs/address', 'string'],
  ['a sendAs of a wrong address', { sendAs: anna({ address: 'x' }) }, '/sendAs/address', anAddress],
  ['a sendAs with a number for a name', { sendAs: anna({ name: 7 }) }, '/sendAs/name', 'string'],
  ['a sendAs of two', { sendAs: ['a@contoso.example', 'b@contoso.example'] }, '/sendAs', aRecipient],
]);

const lists = (['to', 'cc', 'bcc', 'replyTo'] as const).flatMap((list) => [
  ...malformed([
    [`${list} that is no list`, { [list]: 'anna@customer.example' }, `/${list}`, 'array'],
    [`${list} that is null`, { [list]: null }, `/${list}`, 'array'],
    [`a number in ${list}`, { [list]: [7] }, `/${list}/0`, aRecipient],
    [`null in ${list}`, { [list]: [null] }, `/${list}/0`, aRecipient],
    [`no address in ${list}`, { [list]: ['anna@customer.example', 'ben'] }, `/${list}/1`, anAddress],
    [`a control character in ${list}`, { [list]: ['anna\u0001@customer.example'] }, `/${list}/0`, anAddress],
    [`a name without an address in ${list}`, { [list]: [{ name: 'Anna' }] }, `/${list}/0/address`, 'string'],
    [
      `a wrong address with a name in ${list}`,
      { [list]: [anna({ address: 'anna' })] },
      `/${list}/0/address`,
      anAddress,
    ],
    [`a name that is null in ${list}`, { [list]: [anna({ name: null })] }, `/${list}/0/name`, 'string'],
    [
      `a long name in ${list}`,
      { [list]: [anna({ name: 'n'.repeat(257) })] },
      `/${list}/0/name`,
      'at most 256 characters',
    ],
    [
      `a line break in a name in ${list}`,
      { [list]: [anna({ name: 'A\r\nBcc: eve@evil.example' })] },
      `/${list}/0/name`,
      oneLine,
    ],
    [
      `an unknown field of a recipient in ${list}`,
      { [list]: [anna({ nmae: 'A' })] },
      `/${list}/0/nmae`,
      'no such field',
    ],
    [`501 people in ${list}`, { [list]: people(501) }, `/${list}`, 'at most 500 recipients'],
  ]),
  ...malformed(
    [
      [
        `half of a surrogate pair in a name in ${list}`,
        { [list]: [anna({ name: half })] },
        `/${list}/0/name`,
        wellFormed,
      ],
    ],
    {
      beyondSchema: true,
    },
  ),
]);

const together = [
  ...malformed([
    ['nobody to send to', { to: [] }, '/to', nobody],
    ['no recipients at all', { to: undefined }, '/to', nobody],
    ['nobody but replyTo', { to: undefined, replyTo: ['a@b.example'] }, '/to', nobody],
  ]),
  ...malformed(
    ['cc', 'bcc'].map((list) => [
      `501 people in to and ${list}`,
      { to: people(500), [list]: ['one@more.example'] },
      '/to',
      'at most 500 recipients in to, cc and bcc together',
    ]),
    { beyondSchema: true },
  ),
];

export const addressing = [...identity, ...form, ...formBeyondSchema, ...senders, ...lists, ...together];
