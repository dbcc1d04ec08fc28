/** The send queue of the built bundle: what leaves, what is refused, and that neither happens twice. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contentOf } from '../../local/cloud/mail/content.ts';
import { customers } from '../../local/cloud/seed.ts';
import { waitFor } from '../../local/wait.ts';
import type { PoisonEntry } from '../../shared/mail/poison.ts';
import { tables } from '../../shared/names.ts';
import { aMailJob } from '../support/mail-job.ts';
import { bringIn, copiesOf, outcomeOf, poisonOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';
import { rowsOf } from '../support/tables.ts';

const { contoso, fabrikam, northwind } = customers;
let stack: TestStack;

const mail = (overrides: Record<string, unknown>): Record<string, unknown> =>
  aMailJob({ tenant: contoso.id, from: `post@${contoso.domain}`, to: ['ada@customer.example'], ...overrides });

before(async () => {
  stack = await startTestStack();
  await bringIn(stack, contoso);
  await bringIn(stack, fabrikam);
});
after(async () => stack.stop());

/** Whatever its reason is, a job is in poison under its id; one whose id is taken has a mark of its own behind it. */
function poisonEntry(id: string): Promise<PoisonEntry> {
  return waitFor(`a poison entry of ${id}`, async () => {
    return (await poisonOf(stack)).find((entry) => entry.id.split('~')[0] === id);
  });
}

test('delivers a plain text mail queued as JSON, to every recipient and to Sent Items', async () => {
  await queueMail(
    stack,
    mail({ id: 'plain', subject: 'plain', to: ['ada@customer.example'], cc: ['anna@contoso.example'] }),
  );
  await outcomeOf(stack, 'plain', 'sent');
  const copies = copiesOf(stack, 'plain');
  assert.deepEqual(copies.map(({ folder, mailbox }) => `${folder} ${mailbox}`).sort(), [
    'inbox ada@customer.example',
    'inbox anna@contoso.example',
    'sentitems post@contoso.example',
  ]);
  assert.equal(copies[0]?.body.contentType, 'text');
});

test('delivers a mail queued as base64 of JSON', async () => {
  const job = mail({ id: 'base64', subject: 'base64 ✓' });
  await queueMail(stack, Buffer.from(JSON.stringify(job)).toString('base64'));
  await outcomeOf(stack, 'base64', 'sent');
  assert.equal(copiesOf(stack, 'base64 ✓').length, 2);
});

test('delivers HTML with an attachment and an inline image byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await queueMail(
    stack,
    mail({
      id: 'html',
      subject: 'html',
      text: undefined,
      html: '<p>See <img src="cid:dot@contoso"></p>',
      attachments: [
        { name: 'каталог.bin', contentType: 'application/octet-stream', content: bytes.toString('base64') },
        { name: 'dot.png', contentType: 'image/png', content: bytes.toString('base64'), contentId: 'dot@contoso' },
      ],
    }),
  );
  await outcomeOf(stack, 'html', 'sent');
  const [copy] = copiesOf(stack, 'html');
  assert.equal(copy?.body.content, '<p>See <img src="cid:dot@contoso"></p>');
  assert.deepEqual(
    copy.attachments.map(({ name, isInline, contentId }) => ({ name, isInline, contentId })),
    [
      { name: 'каталог.bin', isInline: false, contentId: undefined },
      { name: 'dot.png', isInline: true, contentId: 'dot@contoso' },
    ],
  );
  assert.ok(contentOf(stack.cloud, copy.attachments[0]?.content ?? '').equals(bytes));
});

test('keeps a bcc recipient from the others', async () => {
  await queueMail(
    stack,
    mail({ id: 'bcc', subject: 'bcc', to: ['ada@customer.example'], bcc: ['noor@customer.example'] }),
  );
  await outcomeOf(stack, 'bcc', 'sent');
  const ofAda = copiesOf(stack, 'bcc').find(({ mailbox }) => mailbox === 'ada@customer.example');
  assert.deepEqual(ofAda?.bcc, []);
  assert.equal(
    copiesOf(stack, 'bcc').some(({ mailbox }) => mailbox === 'noor@customer.example'),
    true,
  );
});

test('leaves no copy in Sent Items when the job says so', async () => {
  await queueMail(stack, mail({ id: 'unsaved', subject: 'unsaved', saveToSentItems: false }));
  await outcomeOf(stack, 'unsaved', 'sent');
  assert.deepEqual(
    copiesOf(stack, 'unsaved').map(({ folder }) => folder),
    ['inbox'],
  );
});

test('sends one mail for two deliveries of one job', async () => {
  const job = mail({ id: 'twice', subject: 'twice' });
  await queueMail(stack, job);
  await outcomeOf(stack, 'twice', 'sent');
  await queueMail(stack, job);
  await waitFor('the second delivery to be seen', () => stack.lines.find((line) => line.includes('job.ended-before')));
  assert.equal(copiesOf(stack, 'twice').length, 2);
  assert.equal((await outcomeOf(stack, 'twice', 'sent')).tries, 1);
});

test('refuses another mail under an id that is taken, and leaves the first outcome as it is', async () => {
  await queueMail(stack, mail({ id: 'taken', subject: 'taken first' }));
  await outcomeOf(stack, 'taken', 'sent');
  await queueMail(stack, mail({ id: 'taken', subject: 'taken second' }));
  assert.equal((await poisonEntry('taken')).reason.code, 'JOB_ID_REUSED');
  assert.equal((await outcomeOf(stack, 'taken', 'sent')).code, undefined);
  assert.equal(copiesOf(stack, 'taken second').length, 0);
});

test('records a mailbox that Graph does not know as failed, with the tenant admin to act', async () => {
  await queueMail(stack, mail({ id: 'no-mailbox', subject: 'no mailbox', from: 'nobody@contoso.example' }));
  assert.equal((await outcomeOf(stack, 'no-mailbox', 'failed')).code, 'MAILBOX_NOT_FOUND');
  const { reason, text } = await poisonEntry('no-mailbox');
  assert.equal(reason.owner, 'tenant admin');
  assert.equal((JSON.parse(text) as { id: string }).id, 'no-mailbox');
});

test("does not send as another tenant's mailbox", async () => {
  await queueMail(
    stack,
    mail({ id: 'foreign', subject: 'foreign', tenant: contoso.id, from: 'post@fabrikam.example' }),
  );
  assert.equal((await outcomeOf(stack, 'foreign', 'failed')).code, 'MAILBOX_NOT_FOUND');
  assert.equal(copiesOf(stack, 'foreign').length, 0);
});

const valid = mail({ id: 'bad' });
const refusals: { what: string; id: string; message: object | string; code: string; field?: string }[] = [
  { what: 'no JSON at all', id: '', message: 'Dear Ada, your order has left.', code: 'JOB_NOT_JSON' },
  { what: 'a JSON array', id: '', message: '[1, 2]', code: 'JOB_NOT_JSON' },
  { what: 'digits alone', id: '', message: '42', code: 'JOB_NOT_JSON' },
  {
    what: 'an unknown version',
    id: 'v2',
    message: { ...valid, id: 'v2', version: 2 },
    code: 'JOB_VERSION_UNKNOWN',
    field: '/version',
  },
  {
    what: 'an unknown field',
    id: 'extra',
    message: { ...valid, id: 'extra', sendAt: 'now' },
    code: 'JOB_INVALID',
    field: '/sendAt',
  },
  {
    what: 'no recipient',
    id: 'nobody',
    message: { ...valid, id: 'nobody', to: [] },
    code: 'JOB_INVALID',
    field: '/to',
  },
  {
    what: 'a recipient that is no address',
    id: 'who',
    message: { ...valid, id: 'who', to: ['ada@customer.example', 'ada'] },
    code: 'JOB_INVALID',
    field: '/to/1',
  },
  {
    what: 'a tenant that never consented',
    id: 'stranger',
    message: { ...valid, id: 'stranger', tenant: northwind.id, from: `post@${northwind.domain}` },
    code: 'TENANT_NOT_CONSENTED',
    field: '/tenant',
  },
  {
    what: 'a tenant that does not exist',
    id: 'nowhere',
    message: { ...valid, id: 'nowhere', tenant: '99999999-9999-4999-8999-999999999999' },
    code: 'TENANT_NOT_CONSENTED',
    field: '/tenant',
  },
];

for (const { what, id, message, code, field } of refusals) {
  test(`records ${what} with code and field, moves it to poison with the reason, and tries it once`, async () => {
    const before = (await poisonOf(stack)).map((entry) => entry.id);
    await queueMail(stack, message);
    const entry = await waitFor('the poison entry', async () => {
      return (await poisonOf(stack)).find((one) => !before.includes(one.id));
    });
    if (id !== '') assert.equal(entry.id, id);
    assert.equal(entry.reason.code, code);
    assert.equal(entry.reason.field, field ?? '');
    assert.notEqual(entry.reason.remedy, '');
    // Nothing is lost: the message can be queued again from its entry.
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    assert.deepEqual(normal(entry.text), normal(text));

    const outcome = await outcomeOf(stack, entry.id, 'refused');
    assert.equal(outcome.code, code);
    assert.equal(outcome.tries, 0);
    assert.equal((await poisonOf(stack)).length, before.length + 1);
  });
}

function normal(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

test('keeps a message that is too large for the queue, with its reason', async () => {
  // A queue cannot hold it; the admin endpoint can bring it, as `func` and the portal do.
  const text = JSON.stringify(mail({ id: 'huge', text: 'x'.repeat(100_000) }));
  const response = await fetch(`${stack.host.url}/admin/functions/sendGraph`, {
    method: 'POST',
    headers: { 'x-functions-key': stack.host.keys.master, 'content-type': 'application/json' },
    body: JSON.stringify({ input: text }),
  });
  assert.equal(response.status, 202);
  const entry = await waitFor('the poison entry', async () => {
    return (await poisonOf(stack)).find(({ reason }) => reason.code === 'JOB_TOO_LARGE');
  });
  assert.deepEqual(normal(entry.text), normal(text));
});

test('sends a refused job once its cause is mended, under the same id', async () => {
  await queueMail(stack, mail({ id: 'mended', subject: 'mended', to: [] }));
  await outcomeOf(stack, 'mended', 'refused');
  await queueMail(stack, mail({ id: 'mended', subject: 'mended' }));
  await outcomeOf(stack, 'mended', 'sent');
  assert.equal(copiesOf(stack, 'mended').length, 2);
});

test('makes no token request for mail of warm tenants', async () => {
  const since = Date.now();
  for (const tenant of [contoso, fabrikam]) {
    const id = `warm-${tenant.domain}`;
    await queueMail(stack, mail({ id, subject: id, tenant: tenant.id, from: `post@${tenant.domain}` }));
    await outcomeOf(stack, id, 'sent');
  }
  assert.equal(stack.cloud.journal.count('entra', 'token', since), 0);
});

test('never asks the vault for a secret: the private key stays there', () => {
  assert.equal(stack.cloud.journal.count('vault', 'getSecret'), 0);
  assert.ok(stack.cloud.journal.count('vault', 'sign') > 0);
});

test('keeps tokens out of the table in any readable form', async () => {
  const stored = JSON.stringify(await rowsOf(stack, tables.tokens));
  assert.ok(stored.includes(contoso.id));
  assert.doesNotMatch(stored, /eyJ[\w-]+\.eyJ/);
});

test('logs neither recipient, subject, content nor token, and keeps none in an outcome', async () => {
  const canary = 'canary-4711';
  await queueMail(
    stack,
    mail({
      id: 'private',
      subject: `${canary}-subject`,
      text: `${canary}-text`,
      to: [`${canary}@customer.example`],
    }),
  );
  await outcomeOf(stack, 'private', 'sent');
  await queueMail(stack, {
    ...mail({ id: 'private-bad', subject: canary, to: [`${canary}@customer.example`] }),
    [canary]: 1,
  });
  await outcomeOf(stack, 'private-bad', 'refused');
  await queueMail(stack, `${canary} is no JSON`);
  await waitFor(
    'the junk to be recorded',
    () => stack.lines.filter((line) => line.includes('JOB_NOT_JSON')).length > 1 || undefined,
  );
  const printed = stack.lines.join('\n').replaceAll(`"field":"/${canary}"`, '');
  assert.doesNotMatch(printed, new RegExp(canary));
  assert.doesNotMatch(printed, /eyJ[\w-]+\.eyJ/);
  // A poison entry has the message itself; whoever may read it could read the queue.
  const rows = (await rowsOf(stack, tables.mail)).filter(({ rowKey }) => !String(rowKey).startsWith('!poison '));
  const kept = JSON.stringify(rows).replaceAll(`"field":"/${canary}"`, '');
  assert.doesNotMatch(kept, new RegExp(canary));
});
