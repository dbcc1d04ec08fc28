/** The commands around mail, against the built app in the local host: send, status, poison, replay, hold and release. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { customers } from '../../../local/cloud/seed.ts';
import { CommandOfApp } from '../../support/command-of-app.ts';
import { bringIn, copiesOf, outcomeOf, startTestStack, type TestStack } from '../../support/stack.ts';

const { contoso } = customers;
const post = `post@${contoso.domain}`;
const folder = mkdtempSync(join(tmpdir(), 'tenantpost-cli-'));
let stack: TestStack;
let app: CommandOfApp;

before(async () => {
  stack = await startTestStack();
  app = new CommandOfApp(stack);
  await bringIn(stack, contoso);
});
after(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const outcome = z.looseObject({ tenant: z.string(), id: z.string(), state: z.string(), code: z.string().optional() });
const error = z.strictObject({
  error: z.looseObject({
    message: z.string(),
    code: z.string().optional(),
    exitCode: z.number(),
    field: z.string().optional(),
  }),
});

const mail = (id: string, from = post): string[] => [
  ...[
    'send',
    '--tenant',
    contoso.id,
    '--from',
    from,
    '--to',
    'Ada <ada@customer.example>',
    '--to',
    'bob@customer.example',
  ],
  ...['--subject', id, '--text', 'It is attached.', '--id', id],
];

describe('tenantpost send', () => {
  test('hands a mail job in and says how to ask for it; the same id is sent once', async () => {
    for (let run = 0; run < 2; run++) {
      const { code, stdout, stderr } = await app.run(mail('cli-1'));
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^Taken as cli-1; it is \w+\. What becomes of it: tenantpost status 11111111-\S+ cli-1\n$/);
      await outcomeOf(stack, 'cli-1', 'sent');
    }
    // The mailbox’s own and one for each recipient.
    assert.equal(copiesOf(stack, 'cli-1').length, 3);
  });

  test('follows it to its end with --wait', async () => {
    const sent = await app.json(0, [...mail('cli-2'), '--wait'], outcome);
    assert.deepEqual([sent.tenant, sent.id, sent.state], [contoso.id, 'cli-2', 'sent']);
  });

  test('ends with 3 when Microsoft refuses it, with meaning, remedy and owner', async () => {
    const { code, stdout } = await app.run([...mail('cli-3', `nobody@${contoso.domain}`), '--wait']);
    assert.equal(code, 3);
    assert.match(
      stdout,
      /^cli-3 is failed: MAILBOX_NOT_FOUND\n[^]*meaning +\S[^]*remedy +\S[^]*by whom +the tenant admin/,
    );
    assert.doesNotMatch(stdout, /customer\.example/);
  });

  test('uploads an attachment that is too large for a job', async () => {
    const large = join(folder, 'large.bin');
    writeFileSync(large, Buffer.alloc(3_200_000, 1));
    const { code, stderr } = await app.run([...mail('cli-4'), '--attach', large]);
    assert.deepEqual([code, stderr], [0, '']);
    // Mail.Send alone writes no draft, which is the only way for one that large.
    await outcomeOf(stack, 'cli-4', 'failed', 'refused', 'sent');
  });

  test('takes a whole mail job on standard input, over SMTP only where the installation has it', async () => {
    const job = JSON.stringify({
      version: 1,
      id: 'cli-5',
      tenant: contoso.id,
      from: post,
      to: ['ada@customer.example'],
      text: 'x',
    });
    const refused = await app.json(3, ['send', '--job', '-', '--transport', 'smtp'], error, job);
    assert.equal(refused.error.code, 'TRANSPORT_OFF');
  });

  test('ends with 2 and the field when the app does not take the job', async () => {
    const refused = await app.json(2, [...mail('cli-6'), '--reply-to', 'nobody'], error);
    assert.deepEqual(
      [refused.error.code, refused.error.field, refused.error.exitCode],
      ['JOB_INVALID', '/replyTo/0', 2],
    );
    assert.match((await app.run([...mail('cli-6'), '--tenant', contoso.domain])).stderr, /--tenant is given twice/);
  });

  test('Ctrl-C while it is followed leaves the mail to the app, and says so', async () => {
    const hold = await app.run(['hold', contoso.id, post]);
    assert.equal(hold.code, 0);
    const running = app.begin([...mail('cli-7'), '--wait']);
    await running.sees(/cli-7 is scheduled/);
    running.signal();
    const { code, stderr, stdout } = await running.ended;
    assert.deepEqual([code, stdout], [130, '']);
    assert.match(stderr, /Stopped\. The app has the mail and goes on without you: tenantpost status/);
    assert.equal((await app.run(['release', contoso.id, post])).code, 0);
  });
});

describe('tenantpost status', () => {
  test('tells of one mail job, and ends as it stands', async () => {
    assert.equal((await app.json(0, ['status', contoso.id, 'cli-2'], outcome)).state, 'sent');
    const failed = await app.json(3, ['status', contoso.id, 'cli-3'], outcome);
    assert.deepEqual([failed.state, failed.code], ['failed', 'MAILBOX_NOT_FOUND']);
  });

  test('lists a tenant’s mail jobs by state', async () => {
    const list = z.strictObject({ items: z.array(outcome), complete: z.boolean() });
    const failed = await app.json(0, ['status', contoso.id, '--state', 'failed'], list);
    assert.ok(failed.items.some(({ id }) => id === 'cli-3') && failed.items.every(({ state }) => state === 'failed'));
    const some = await app.json(0, ['status', contoso.id, '--limit', '1'], list);
    assert.deepEqual([some.items.length, some.complete], [1, false]);
    assert.match((await app.run(['status', contoso.id])).stdout, /^cli-1 +sent +\d{4}-\S+ +graph$/m);
  });

  test('tells how everything does, and ends with 4 while something is in poison', async () => {
    const { code, stdout } = await app.run(['status']);
    assert.equal(code, 4);
    assert.match(
      stdout,
      /^As of [^]*Tenants\n {2}active +1\n[^]*Sent\n[^]*Poison, by cause\n[^]*^ {2}MAILBOX_NOT_FOUND +1 /m,
    );
  });

  test('ends with 3 for a job that nobody knows', async () => {
    assert.equal((await app.json(3, ['status', contoso.id, 'nobody-knows'], error)).error.code, 'JOB_NOT_FOUND');
  });
});

describe('tenantpost poison and replay', () => {
  test('list what did not leave, explain one, and queue it again', async () => {
    const list = z.strictObject({
      items: z.array(z.looseObject({ id: z.string(), code: z.string() })),
      complete: z.boolean(),
    });
    const found = await app.json(4, ['poison', contoso.id, '--code', 'MAILBOX_NOT_FOUND'], list);
    assert.deepEqual(
      found.items.map(({ id }) => id),
      ['cli-3'],
    );
    const explained = await app.run(['poison', contoso.id, 'cli-3']);
    assert.equal(explained.code, 3);
    assert.match(
      explained.stdout,
      /^cli-3 did not leave: MAILBOX_NOT_FOUND\n[^]*then +tenantpost replay 11111111-\S+ cli-3\n$/,
    );

    stack.cloud.state.mailboxes.push({
      tenantId: contoso.id,
      id: crypto.randomUUID(),
      address: `nobody@${contoso.domain}`,
      displayName: 'Nobody',
    });
    const replayed = await app.run(['replay', contoso.id, 'cli-3', 'not-there']);
    assert.equal(replayed.code, 3);
    assert.match(replayed.stdout, /^cli-3 +queued again$/m);
    assert.match(replayed.stdout, /^not-there +JOB_NOT_FOUND +\S/m);
    await outcomeOf(stack, 'cli-3', 'sent');
  });

  test('end with 0 and 3 when there is nothing', async () => {
    const none = await app.run(['poison', customers.northwind.id]);
    assert.deepEqual([none.code, none.stdout], [0, 'Nothing is in poison.\n']);
    assert.equal((await app.json(3, ['poison', contoso.id, 'cli-2'], error)).error.code, 'JOB_NOT_FOUND');
    assert.equal((await app.json(3, ['replay', contoso.id, 'cli-2'], error)).error.code, 'JOB_ENDED');
  });
});

describe('tenantpost hold and release', () => {
  const mailbox = z.looseObject({
    mailbox: z.string(),
    hold: z.looseObject({ by: z.string(), reason: z.string().optional() }).optional(),
  });

  test('keep a mailbox from sending, tell why, and let it send again', async () => {
    const held = await app.json(0, ['hold', contoso.id, post, '--reason', 'INC-1234'], mailbox);
    assert.deepEqual([held.hold?.by, held.hold?.reason], ['operator', 'INC-1234']);
    const shown = await app.run(['status', contoso.id, '--mailbox', post]);
    assert.equal(shown.code, 4);
    assert.match(shown.stdout, new RegExp(`^${post} is held: MAILBOX_HELD\\n[^]*reason +INC-1234\\n`));
    const released = await app.json(0, ['release', contoso.id, post], mailbox);
    assert.equal(released.hold, undefined);
    assert.match((await app.run(['status', contoso.id, '--mailbox', post])).stdout, / may send\n/);
  });

  test('refuse what is no address with the field, and a time without its offset', async () => {
    assert.equal((await app.json(2, ['hold', contoso.id, 'post'], error)).error.code, 'REQUEST_INVALID');
    const { code, stderr } = await app.run(['hold', contoso.id, post, '--until', '2030-01-01T00:00:00']);
    assert.equal(code, 2);
    assert.match(stderr, /--until: a time with its offset/);
  });
});

describe('a key', () => {
  test('that is another’s ends it with 1, and so does one of another function', async () => {
    for (const key of ['another-key', stack.host.keys.functions['readMailJob'] ?? '']) {
      const { code, stderr } = await new CommandOfApp(stack, key).run(['poison']);
      assert.equal(code, 1);
      assert.match(stderr, /answered 401: the key is not one that it takes\.$/m);
    }
  });
});
