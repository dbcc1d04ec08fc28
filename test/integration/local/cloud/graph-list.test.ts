/** Lists of messages: folders, filters, pages and what is selected. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, draft, type GraphMessage, readMessage, readPage, sendDraft, subjects } from './graph-mailbox.ts';
import { aFile, anna, refusal, sender } from './graph-requests.ts';

const jobId = 'String {62a8d197-c880-4ca6-a361-dcad8a24e095} Name JobId';
const property = (value: string, id = jobId) => ({ singleValueExtendedProperties: [{ id, value }] });
const filter = (clauses: string): string => `messages?$filter=${encodeURIComponent(clauses)}`;
const byJob = (value: string, operator = 'eq'): string =>
  filter(`singleValueExtendedProperties/Any(ep: ep/id eq '${jobId}' and ep/value ${operator} '${value}')`);

let cloud: TestCloud;
let sent: GraphMessage;
/** One sent message and three drafts, the oldest first; a second lies between any two. */
before(async () => {
  cloud = await startTestCloud();
  sent = await draft(cloud, { subject: 'Sent', ...property('Job-1') });
  assert.equal((await sendDraft(cloud, sent.id)).status, 202);
  await draft(cloud, { subject: 'One', ...property('Job-2'), internetMessageHeaders: [{ name: 'X-A', value: 'b' }] });
  await draft(cloud, { subject: 'Two', ...property("O'Hara"), attachments: [aFile()] });
  await draft(cloud, { subject: 'Three' });
  const base = Date.UTC(2026, 0, 1);
  const mine = cloud.state.messages.filter(({ mailbox }) => mailbox === sender);
  for (const [index, message] of mine.entries()) message.receivedAt = base + index * 1000;
});
after(() => cloud.stop());

const refusalOf = async (path: string) => {
  const { status, code, message } = await refusal(await call(cloud, path));
  return { status, code, message };
};

describe('folders', () => {
  test('lists the whole mailbox, or one folder by name in any case, in parentheses and by id', async () => {
    assert.deepEqual(await subjects(cloud, 'messages'), ['Three', 'Two', 'One', 'Sent']);
    const { id } = await readMessage(await call(cloud, 'mailFolders/drafts'));
    for (const folder of ['mailFolders/Drafts', "mailFolders('drafts')", `mailfolders/${id}`]) {
      assert.deepEqual(await subjects(cloud, `${folder}/messages`), ['Three', 'Two', 'One']);
    }
    assert.deepEqual(await subjects(cloud, 'mailFolders/SentItems/messages'), ['Sent']);
    assert.deepEqual(await subjects(cloud, "mailFolders('Inbox')/messages"), []);
  });

  test('tells how many messages a folder has, and which folders there are', async () => {
    const sentItems = await readMessage(await call(cloud, 'mailFolders/sentitems'));
    assert.equal(sentItems['displayName'], 'Sent Items');
    assert.equal(sentItems['totalItemCount'], 1);
    const { value } = await readPage(await call(cloud, 'mailFolders?$top=100'));
    assert.ok(value.some(({ displayName }) => displayName === 'Drafts'));
    assert.equal(new Set(value.map(({ id }) => id)).size, value.length);
  });

  test('refuses a folder that is malformed, unknown, or none of this cloud', async () => {
    const malformed = await refusalOf('mailFolders/nonsense/messages');
    assert.deepEqual(malformed, { status: 400, code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' });
    const unknown = await refusalOf(`mailFolders/AQMk${'x'.repeat(40)}/messages`);
    assert.deepEqual([unknown.status, unknown.code], [404, 'ErrorItemNotFound']);
    assert.equal((await refusalOf('mailFolders/clutter/messages')).status, 501);
  });
});

describe('$filter', () => {
  for (const [title, path, expected] of [
    ['by an extended property, whose value is compared without regard to case', byJob('JOB-2'), ['One']],
    ['by an extended property of another value', byJob('Job-2', 'ne'), ['Two', 'Sent']],
    ['by a value with an apostrophe', byJob("O''Hara"), ['Two']],
    [
      'by the beginning of a value, and by any part of it',
      filter(`singleValueExtendedProperties/any(p:p/id eq '${jobId}' and startswith(p/value,'job'))`),
      ['One', 'Sent'],
    ],
    [
      'by several clauses',
      `${byJob('ob', 'eq').replace(encodeURIComponent("ep/value eq 'ob'"), encodeURIComponent("contains(ep/value, 'ob')"))}${encodeURIComponent(' and isDraft eq true')}`,
      ['One'],
    ],
    ['by a subject', filter("subject eq 'Two'"), ['Two']],
    ['by attachments', filter('hasAttachments eq true'), ['Two']],
    ['by time', filter('receivedDateTime ge 2026-01-01T00:00:02Z'), ['Three', 'Two']],
    ['by nothing that there is', filter("subject eq 'two'"), []],
  ] as const) {
    test(`finds ${title}`, async () => {
      assert.deepEqual(await subjects(cloud, path), expected);
    });
  }

  test('compares the name of an extended property with regard to case, and its namespace without', async () => {
    assert.deepEqual(await subjects(cloud, byJob('Job-2').replace('JobId', 'JOBID')), []);
    assert.deepEqual(await subjects(cloud, byJob('Job-2').replace('62a8d197', '62A8D197')), ['One']);
  });

  test('finds what was sent by its internetMessageId and by its conversation', async () => {
    const { internetMessageId, conversationId } = sent;
    assert.deepEqual(await subjects(cloud, filter(`internetMessageId eq '${String(internetMessageId)}'`)), ['Sent']);
    assert.deepEqual(await subjects(cloud, filter(`conversationId eq '${String(conversationId)}'`)), ['Sent']);
  });

  for (const clauses of ['subject eq', "subject eq 'a' or isRead eq true", "isDraft eq true and ''", ' ']) {
    test(`refuses the filter '${clauses}'`, async () => {
      const { status, code, message } = await refusalOf(filter(clauses));
      assert.deepEqual([status, code], [400, 'BadRequest']);
      assert.match(message, /^Invalid filter clause: Syntax error at position \d+ in /);
    });
  }

  test('refuses an extended property whose id has another form, and says which there are', async () => {
    const wrong = byJob('x').replace(encodeURIComponent(' Name '), encodeURIComponent(' '));
    const { status, message } = await refusalOf(wrong);
    assert.equal(status, 400);
    assert.match(message, /^PropertyId values may only be in one of the following formats: /);
  });

  for (const name of ['constructor', 'valueOf', '__proto__']) {
    test(`does not know the property '${name}', which every object of JavaScript has`, async () => {
      for (const value of ["'x'", 'true']) {
        const { code } = await refusalOf(filter(`${name} eq ${value}`));
        assert.equal(code, 'NotImplementedByLocalCloud');
      }
    });
  }

  test('says plainly which filter it does not know', async () => {
    assert.equal((await refusalOf(filter("from/emailAddress/address eq 'a@b.example'"))).status, 501);
    assert.equal((await refusalOf('messages?$search="x"')).status, 501);
  });
});

describe('$select, $expand, $orderby and pages', () => {
  test('gives the selected properties and the id', async () => {
    const { value } = await readPage(await call(cloud, 'messages?$select=subject,internetMessageHeaders&$top=3'));
    assert.deepEqual(Object.keys(value[2] ?? {}).sort(), ['@odata.etag', 'id', 'internetMessageHeaders', 'subject']);
    assert.deepEqual(value[2]?.['internetMessageHeaders'], [{ name: 'X-A', value: 'b' }]);
  });

  test('refuses a property that messages do not have', async () => {
    assert.deepEqual(await refusalOf('messages?$select=subject,isJunk'), {
      status: 400,
      code: 'RequestBroker--ParseUri',
      message: "Could not find a property named 'isJunk' on type 'microsoft.graph.message'.",
    });
  });

  test('expands extended properties that are named, and leaves them out where there are none', async () => {
    const expand = `$expand=singleValueExtendedProperties($filter=id eq '${jobId}' or id eq 'String 0x1000')`;
    const { value } = await readPage(await call(cloud, `messages?${expand}`));
    assert.deepEqual(
      value.map((message) => message['singleValueExtendedProperties']),
      [undefined, "O'Hara", 'Job-2', 'Job-1'].map((known) => known && [{ id: jobId, value: known }]),
    );
    const one = await readMessage(await call(cloud, `messages/${value[2]?.id}?${expand}`));
    assert.deepEqual(one['singleValueExtendedProperties'], [{ id: jobId, value: 'Job-2' }]);
    assert.ok(!('singleValueExtendedProperties' in (await readMessage(await call(cloud, `messages/${one.id}`)))));
  });

  test('keeps extended properties from whom the message is delivered to', () => {
    const received = cloud.state.messages.filter(({ mailbox }) => mailbox === anna);
    assert.equal(received.length, 1);
    assert.deepEqual(received[0]?.extendedProperties, []);
  });

  test('pages with nextLink until there is no more', async () => {
    const seen: unknown[] = [];
    let path: string | undefined = 'messages?$top=3&$select=subject';
    while (path !== undefined) {
      const { value, '@odata.nextLink': next } = await readPage(await call(cloud, path));
      seen.push(value.map(({ subject }) => subject));
      path = next?.replace(/^.*\/(?=messages\?)/, '');
    }
    assert.deepEqual(seen, [['Three', 'Two', 'One'], ['Sent']]);
  });

  test('refuses a page of nothing, of more than a thousand, and of no number', async () => {
    for (const top of ['0', '1001', 'many', '-1']) {
      assert.equal((await refusalOf(`messages?$top=${top}`)).status, 400);
    }
  });

  test('sorts by time, and refuses to when what is filtered by comes not first', async () => {
    assert.deepEqual(await subjects(cloud, 'messages?$orderby=receivedDateTime'), ['Sent', 'One', 'Two', 'Three']);
    const order = '&$orderby=receivedDateTime desc';
    assert.deepEqual(await refusalOf(`${filter('isDraft eq true')}${order}`), {
      status: 400,
      code: 'InefficientFilter',
      message: 'The restriction or sort order is too complex for this operation.',
    });
    const both = filter('receivedDateTime ge 2025-01-01T00:00:00Z and isDraft eq true');
    assert.deepEqual(await subjects(cloud, `${both}${order}`), ['Three', 'Two', 'One']);
  });
});
