/** The console and its figures, of the built bundle: what is shown is what happened. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from '../../local/browser.ts';
import { customers } from '../../local/cloud/seed.ts';
import { waitFor } from '../../local/wait.ts';
import { queues as queueNames, routePrefix } from '../../shared/names.ts';
import { MailApiClient } from '../support/mail-api-client.ts';
import { aMailJob } from '../support/mail-job.ts';
import { bringIn, outcomeOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';

const { contoso } = customers;
const secret = 'a subject that nobody is to read';

let stack: TestStack;
let client: MailApiClient;
before(async () => {
  stack = await startTestStack();
  client = await MailApiClient.of(stack);
  await bringIn(stack, contoso);
  const mail = (id: string, from: string) =>
    aMailJob({ id, tenant: contoso.id, from, to: ['ada@customer.example'], subject: secret });
  await queueMail(stack, mail('good-1', `post@${contoso.domain}`));
  await queueMail(stack, mail('good-2', `post@${contoso.domain}`));
  await queueMail(stack, mail('bad', `nobody@${contoso.domain}`));
  for (const id of ['good-1', 'good-2']) await outcomeOf(stack, id, 'sent');
  await outcomeOf(stack, 'bad', 'failed');
});
after(async () => stack.stop());

/** The figures are read anew once in five seconds. */
const overviewWith = (what: string, isSo: (overview: Record<string, unknown>) => boolean) =>
  waitFor(what, async () => {
    const { body } = await client.ask('readOverview');
    return isSo(body) ? body : undefined;
  });

describe('the figures', () => {
  test('are those of the mail that left, of what did not, and of the tenants', async () => {
    const overview = await overviewWith(
      'both mails to be counted',
      ({ sent }) => Reflect.get(Object(sent), 'lastHour') === 2,
    );
    const { tenants, poison, complete, problems, held, queues, failures } = overview;
    assert.deepEqual([poison, complete, problems, held], [1, true, [], []]);
    assert.equal(Reflect.get(Object(tenants), 'active'), 1);
    const [cause] = Object.values(failures ?? []);
    assert.deepEqual(
      [Reflect.get(Object(cause), 'code'), Reflect.get(Object(cause), 'count')],
      ['MAILBOX_NOT_FOUND', 1],
    );
    const names = Object.values(queues ?? []).map((queue) => Reflect.get(Object(queue), 'name'));
    assert.deepEqual(names, Object.values(queueNames));
    for (const text of client.answered) assert.ok(!text.includes(secret) && !text.includes('ada@customer.example'));
  });

  test('and the links to the console ask for a key', async () => {
    for (const operation of ['readOverview', 'createConsoleLink', 'endConsoleSessions']) {
      assert.equal((await client.ask(operation, {}, { withoutKey: true })).status, 401, operation);
    }
  });
});

describe('the console', () => {
  const at = (path: string): string => `${stack.host.url}/${routePrefix}/console${path}`;

  /** As a browser sends a form of a page of this site. */
  const sendForm = (path: string, cookie: string, fields: Record<string, string>): Promise<Response> =>
    fetch(at(path), {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: stack.host.url, cookie },
      redirect: 'manual',
    });

  async function signIn(): Promise<string> {
    const { body, status } = await client.ask('createConsoleLink');
    assert.equal(status, 201);
    const link = new URL(String(body['link'])).searchParams.get('link') ?? '';
    const entered = await sendForm('/open', '', { link });
    assert.deepEqual([entered.status, entered.headers.get('location')], [303, '/api/console']);
    return (entered.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  }

  const open = async (path: string, cookie: string): Promise<[number, string]> => {
    const response = await fetch(at(path), { headers: { cookie } });
    return [response.status, await response.text()];
  };

  test('shows a tenant with its mailboxes, outcomes and events, and nothing of its mail', async () => {
    const cookie = await signIn();
    for (const path of ['', '/tenants', `/tenants/${contoso.id}`, '/causes/MAILBOX_NOT_FOUND']) {
      const [status, text] = await open(path, cookie);
      assert.equal(status, 200, text);
      assert.ok(!text.includes(secret) && !text.includes('ada@customer.example'));
    }
    const [, text] = await open(`/tenants/${contoso.id}`, cookie);
    for (const shown of [`post@${contoso.domain}`, 'good-1', 'bad', 'MAILBOX_NOT_FOUND', 'tenant active']) {
      assert.ok(text.includes(shown), shown);
    }
  });

  test('runs the doctor for a mailbox, and shows what it found', async () => {
    const cookie = await signIn();
    const [, page] = await open('', cookie);
    const form = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const checked = await sendForm(`/tenants/${contoso.id}/checks`, cookie, {
      form,
      mailbox: `nobody@${contoso.domain}`,
    });
    assert.equal(checked.status, 200);
    assert.match(await checked.text(), /MAILBOX_NOT_FOUND/);
  });

  test('is open to one browser, until all sessions are ended', async () => {
    const cookie = await signIn();
    assert.equal((await new Browser().open(at(''))).status, 401);
    assert.equal((await open('', cookie))[0], 200);
    const { body } = await client.ask('endConsoleSessions');
    assert.ok(Number(body['ended']) >= 1);
    assert.equal((await open('', cookie))[0], 401);
  });
});

test('no link, cookie or form of the console stands in the log', () => {
  assert.ok(stack.lines.some((line) => line.includes('console.opened')));
  for (const line of stack.lines) assert.doesNotMatch(line, /eyJ[\w-]{20,}/);
});
