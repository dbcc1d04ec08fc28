import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';
import { mailJobFields, mailJobSchema, parseMailJob } from '../../../../../shared/mail/job/mail-job.ts';
import { aMailJob, anAttachment } from '../../../../support/mail-job.ts';
import { malformedMailJobs } from '../../../../support/malformed-mail-jobs/all.ts';
import { refTo } from '../../../../support/memory-content-store.ts';

const schema = mailJobSchema();
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
formats.default(ajv);
const accepts = ajv.compile(schema);

const calendar = { method: 'CANCEL', content: 'BEGIN:VCALENDAR\nEND:VCALENDAR\n' };
const ref = refTo('It is attached.');
const withMime = { subject: undefined, text: undefined, mime: ref };

const valid: readonly [string, Record<string, unknown>][] = [
  ['with what is required', { subject: undefined }],
  ['with all its defaults spelt out', defaults()],
  ['by bcc alone', { to: undefined, bcc: ['anna@customer.example'] }],
  ['to nobody in to, and somebody in cc', { to: [], cc: ['anna@customer.example'] }],
  ['to the same recipient twice', { to: ['anna@customer.example', 'Anna@customer.example'] }],
  ['to 500', { to: Array.from({ length: 500 }, (_, at) => `r${at}@customer.example`) }],
  ['to a quoted address', { to: ['"anna \\" b"@customer.example'] }],
  ['to an address of another script', { to: ['用户@例子。广告', 'δοκιμή@παράδειγμα.δοκιμή', 'a@💩.example'] }],
  ['to a name of another script', { to: [{ address: 'anna@customer.example', name: 'אנה 👩‍👩‍👧‍👦 "Müller"' }] }],
  ['with a tenant in capitals', { tenant: '11111111-AAAA-4AAA-8AAA-111111111111' }],
  ['with a subject of 255 characters', { subject: '🎉'.repeat(255) }],
  ['with an empty text', { text: '' }],
  ['with text and html', { html: '<p>Hello</p>' }],
  ['with an invitation alone', { text: undefined, calendar }],
  ['with content in blobs', { text: ref, html: ref, attachments: [anAttachment({ content: ref })] }],
  ['with a hash in capitals', { text: { ...ref, sha256: ref.sha256.toUpperCase() } }],
  ['with a blob of 150 MiB', { text: '', attachments: [anAttachment({ content: { ...ref, bytes: 157_286_400 } })] }],
  ['with a blob in a folder', { html: { ...ref, blob: 'jobs/2026/invoice-4711@1/invoice_v1.2=final+.html' } }],
  ['with an empty attachment', { attachments: [anAttachment({ content: '' })] }],
  ['with 3 MB in the job', { attachments: [anAttachment({ content: 'AAAA'.repeat(1_000_000) })] }],
  ['with an inline image', { attachments: [anAttachment({ contentType: 'image/png', contentId: 'logo@1' })] }],
  ['with a ready MIME message', withMime],
  ['with a ready MIME message, at a time', { ...withMime, notBefore: '2026-01-31T09:30:00Z', delivery: 'standard' }],
  [
    'with headers',
    {
      headers: [
        { name: 'x-a', value: 'b' },
        { name: 'X-B_2', value: 'Grüße' },
      ],
    },
  ],
  ['with a way to leave by mail', { listUnsubscribe: { mailto: 'leave+4711@contoso.example?subject=leave%20us' } }],
  [
    'with a way to leave by one click',
    { listUnsubscribe: { url: 'https://contoso.example/leave?a=1,2', oneClick: true } },
  ],
  ['without one click, by mail', { listUnsubscribe: { mailto: 'leave@contoso.example', oneClick: false } }],
  ['with an end and no start', { expiresAt: '2024-02-29T23:59:59.999999999+14:00' }],
  ['with times in lower case', { notBefore: '2026-01-31t09:30:00z', expiresAt: '2026-01-31t09:30:00.001z' }],
  ['sent as somebody else', { sendAs: 'sales@contoso.example' }],
  ['sent under a name', { sendAs: { address: 'billing@contoso.example', name: 'Contoso Billing' } }],
];

describe('the published JSON Schema takes what the app takes: a mail job', () => {
  for (const [what, overrides] of valid) {
    test(what, () => {
      const job = aMailJob(overrides);
      assert.doesNotThrow(() => parseMailJob(job));
      assert.ok(accepts(job), ajv.errorsText(accepts.errors));
    });
  }
});

describe('the published JSON Schema refuses what the app refuses: a mail job with', () => {
  for (const { what, overrides } of malformedMailJobs.filter(({ beyondSchema }) => !beyondSchema)) {
    test(what, () => {
      assert.equal(accepts(aMailJob(overrides)), false);
    });
  }

  for (const version of [undefined, 0, 2, '1', null]) {
    test(`the version ${JSON.stringify(version) ?? 'left out'}`, () => {
      assert.equal(accepts(aMailJob({ version })), false);
    });
  }
});

describe('only the app refuses, as JSON Schema has no words for it: a mail job with', () => {
  for (const { what, overrides } of malformedMailJobs.filter(({ beyondSchema }) => beyondSchema)) {
    test(what, () => {
      // When the schema learns it, the row belongs to the others, and its description is to say less.
      assert.ok(accepts(aMailJob(overrides)), ajv.errorsText(accepts.errors));
    });
  }
});

describe('the published JSON Schema', () => {
  const node = z.looseObject({
    $ref: z.string().optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
    items: z.unknown().optional(),
    anyOf: z.array(z.unknown()).optional(),
    description: z.string().optional(),
  });
  const root = node.extend({ $defs: z.record(z.string(), z.unknown()) }).parse(schema);

  /** JSON pointers of all that can stand in a job, the first of a list for all of them. */
  function pointers(of: unknown, at = ''): readonly string[] {
    const { $ref, properties = {}, items, anyOf = [] } = node.parse(of);
    return [
      ...(at === '' ? [] : [at]),
      ...Object.entries(properties).flatMap(([name, property]) => pointers(property, `${at}/${name}`)),
      ...(items === undefined ? [] : pointers(items, `${at}/0`)),
      ...(at === '' ? [] : anyOf.flatMap((choice) => pointers(choice, at))),
      ...($ref === undefined ? [] : pointers(root.$defs[$ref.replace('#/$defs/', '')], at)),
    ];
  }

  test('has the fields that the parser has', () => {
    assert.deepEqual(Object.keys(root.properties ?? {}), mailJobFields);
  });

  test('has a malformed case for every field at any depth, so that none is unlike the parser unseen', () => {
    const tried = new Set(malformedMailJobs.map(({ field }) => field.replaceAll(/\/\d+/g, '/0')));
    const missed = pointers(schema).filter((pointer) => pointer !== '/version' && !tried.has(pointer));
    assert.deepEqual(missed, []);
  });

  test('says of every field what it is for', () => {
    for (const [name, property] of Object.entries(root.properties ?? {})) {
      assert.ok((node.parse(property).description ?? '').length > 0, name);
    }
  });

  test('has patterns that mean the same to Python and .NET: no classes that are wider there', () => {
    const patterns = [...JSON.stringify(schema).matchAll(/"pattern":"((?:[^"\\]|\\.)*)"/g)].map(
      ([, pattern]) => pattern,
    );
    assert.ok(patterns.length > 10);
    for (const pattern of patterns) assert.doesNotMatch(pattern ?? '', /\\\\[dDwWsSpPbB]|\(\?<|u\{/);
  });

  test('has the defaults that the parser has', () => {
    const { job } = parseMailJob(aMailJob({ to: undefined, bcc: ['a@b.example'], subject: undefined }));
    const parsed: Record<string, unknown> = { ...job, bcc: [] };
    const standard = defaults();
    assert.ok(Object.keys(standard).length > 5);
    for (const [name, value] of Object.entries(standard)) assert.deepEqual(parsed[name], value, name);
  });
});

/** As the schema gives them; somebody must be written to all the same. */
function defaults(): Record<string, unknown> {
  const { properties } = z
    .object({ properties: z.record(z.string(), z.looseObject({ default: z.unknown().optional() })) })
    .parse(schema);
  const given = Object.entries(properties).filter(([name, property]) => name !== 'to' && 'default' in property);
  return Object.fromEntries(given.map(([name, property]) => [name, property.default]));
}
