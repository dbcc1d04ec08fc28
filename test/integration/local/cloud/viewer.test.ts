/** The pages that show what the local cloud delivered, read as a browser would get them. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type HTMLElement, parse } from 'node-html-parser';
import { serve, type Listening } from '../../../../local/cloud/serve.ts';
import { type JobOutcome, viewer } from '../../../../local/cloud/viewer/viewer.ts';
import { anEnterpriseApp, customers, startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { aFile, aMessage, anna, copies, outsider, recipient, send, sender } from './graph-requests.ts';

let cloud: TestCloud;
let listening: Listening;
let outcomes: () => Promise<JobOutcome[]> = async () => [];
before(async () => {
  cloud = await startTestCloud();
  listening = await serve('Viewer', viewer(cloud, { outcomes: () => outcomes() }), 0);
});
after(async () => {
  await listening.stop();
  await cloud.stop();
});
beforeEach(() => {
  cloud.state.messages.length = 0;
});

const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${listening.port}${path}`);

async function page(path: string, status = 200): Promise<HTMLElement> {
  const response = await get(path);
  assert.equal(response.status, status);
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  return parse(await response.text(), { comment: true });
}

/** Sends, and returns the id of the copy in a mailbox. */
async function deliver(overrides: Record<string, unknown>, mailbox = anna): Promise<string> {
  assert.equal((await send(cloud, { message: aMessage(overrides) })).status, 202);
  const id = copies(cloud, mailbox).at(-1)?.id;
  assert.ok(id);
  return id;
}

function definition(root: HTMLElement, term: string): string | undefined {
  const found = root.querySelectorAll('dt').find((dt) => dt.text === term);
  return found?.nextElementSibling?.text.replace(/\s+/g, ' ').trim();
}

function cells(root: HTMLElement, label: string): string[][] {
  const rows = root.querySelectorAll(`table[aria-label="${label}"] tbody tr`);
  return rows.map((row) => row.querySelectorAll('td').map((cell) => cell.text.replace(/\s+/g, ' ').trim()));
}

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;`;
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]).toString('base64');
const html = (content: string) => ({ body: { contentType: 'HTML', content } });

describe('policy', () => {
  test('forbids on every page whatever is not its own, and scripts altogether', async () => {
    const id = await deliver(html('<p>Hello</p>'));
    for (const path of ['/', `/mailboxes/${anna}`, `/messages/${id}`, '/jobs', '/nothing']) {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-src 'self'/);
      assert.doesNotMatch(policy, /script-src|unsafe|\*|https?:/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
    }
  });

  test('loads nothing from outside: every link and source is a path of its own', async () => {
    const id = await deliver({ ...html('<img src="https://elsewhere.example/a.gif">'), attachments: [aFile()] });
    for (const path of ['/', `/mailboxes/${anna}`, `/messages/${id}`, '/jobs']) {
      const root = await page(path);
      assert.deepEqual(root.querySelectorAll('script, img, object, embed'), []);
      for (const element of root.querySelectorAll('[href], [src]')) {
        assert.match(element.getAttribute('href') ?? element.getAttribute('src') ?? '', /^\/(?!\/)/);
      }
    }
    assert.match((await get('/viewer.css')).headers.get('content-type') ?? '', /^text\/css/);
  });
});

describe('overview', () => {
  test('shows how each tenant stands to the app', async () => {
    const { fabrikam, northwind } = customers;
    const former = [...cloud.state.enterpriseApps];
    cloud.state.propagation.roles = 60_000;
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: fabrikam.id, consentedAt: Date.now() }));
    const badges = async () => {
      const root = await page('/');
      const of = (name: string) => root.querySelectorAll(`section[aria-label="${name}"] .consents .badge`);
      return ['Contoso', 'Fabrikam', 'Northwind Traders', 'Mailworks'].map((name) => of(name).map(({ text }) => text));
    };
    assert.deepEqual(await badges(), [['consented'], ['on its way'], ['no consent'], ['publisher']]);
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: northwind.id, grantedAppRoles: [] }));
    assert.deepEqual((await badges())[2], ['no permissions']);
    cloud.state.enterpriseApps = former;
    cloud.state.propagation.roles = 0;
  });

  test('counts the messages of each mailbox and of those outside', async () => {
    await deliver({ toRecipients: [recipient(anna), recipient(outsider)] });
    await deliver({});
    const root = await page('/');
    assert.deepEqual(cells(root, 'Mailboxes: Contoso'), [
      [sender, '0', '2'],
      [anna, '2', '0'],
    ]);
    assert.deepEqual(cells(root, 'Mailboxes: Outside'), [[outsider, '1', '0']]);
    const links = root.querySelectorAll('table a').map((link) => link.getAttribute('href'));
    assert.ok(links.includes(`/mailboxes/${encodeURIComponent(outsider)}`));
  });
});

describe('mailbox', () => {
  test('lists its own messages, newest first, with folder, sender and recipients', async () => {
    await deliver({
      subject: 'First',
      toRecipients: [recipient(sender, 'Post'), recipient(anna), recipient(outsider)],
    });
    await deliver({ subject: 'Second' });
    const rows = cells(await page(`/mailboxes/${encodeURIComponent(sender.toUpperCase())}`), 'Messages');
    assert.deepEqual(
      rows.map((row) => row.slice(0, 4)),
      [
        ['Second', `Post <${sender}>`, anna, 'Sent Items'],
        ['First', `Post <${sender}>`, `Post <${sender}> and 2 more`, 'Inbox'],
        ['First', `Post <${sender}>`, `Post <${sender}> and 2 more`, 'Sent Items'],
      ],
    );
    assert.match(rows[0]?.[4] ?? '', /^\d{1,2} \w+ \d{4}, \d\d:\d\d:\d\d$/);
  });

  test('shows an empty mailbox and one outside, and not one that nobody wrote to', async () => {
    assert.match((await page(`/mailboxes/${anna}`)).text, /No messages yet/);
    await page(`/mailboxes/${outsider}`, 404);
    await deliver({ toRecipients: [recipient(outsider)] }, outsider);
    assert.equal(cells(await page(`/mailboxes/${outsider}`), 'Messages').length, 1);
  });
});

describe('message', () => {
  test('shows recipients by kind, headers and text', async () => {
    const id = await deliver({
      body: { contentType: 'Text', content: 'Line one\n<b>line two</b>' },
      toRecipients: [recipient(anna, 'Anna')],
      ccRecipients: [recipient(outsider)],
      replyTo: [recipient('answers@contoso.example')],
      internetMessageHeaders: [{ name: 'X-Job', value: 'job-1' }],
      importance: 'high',
    });
    const root = await page(`/messages/${id}`);
    assert.equal(root.querySelector('h1')?.text, 'Your invoice');
    assert.equal(definition(root, 'From'), `Post <${sender}>`);
    assert.equal(definition(root, 'To'), `Anna <${anna}>`);
    assert.equal(definition(root, 'Cc'), outsider);
    assert.equal(definition(root, 'Bcc'), undefined);
    assert.equal(definition(root, 'Reply to'), 'answers@contoso.example');
    assert.equal(definition(root, 'X-Job'), 'job-1');
    assert.match(definition(root, 'Message-ID') ?? '', /^<.+@contoso\.example>$/);
    assert.ok(root.querySelectorAll('.badge').some(({ text }) => text === 'high importance'));
    assert.equal(root.querySelector('pre.mail')?.text, 'Line one\n<b>line two</b>');
    assert.equal(root.querySelector('iframe'), null);
  });

  test("names a blind copy on the sender's and on its own recipient's page, and on no other", async () => {
    const id = await deliver({
      ccRecipients: [recipient('cc@elsewhere.example')],
      bccRecipients: [recipient(outsider)],
    });
    const [sent, toAnna, toCc, toOutsider] = cloud.state.messages;
    assert.ok(sent && toAnna?.id === id && toCc && toOutsider);
    for (const copy of [sent, toOutsider]) {
      assert.equal(definition(await page(`/messages/${copy.id}`), 'Bcc'), outsider);
    }
    for (const copy of [toAnna, toCc]) {
      for (const path of [`/messages/${copy.id}`, `/api/messages/${copy.id}`, `/mailboxes/${copy.mailbox}`]) {
        assert.ok(!(await (await get(path)).text()).includes(outsider), path);
      }
    }
  });

  test('escapes subject, names, headers, text and file names', async () => {
    const id = await deliver(
      {
        subject: hostile,
        body: { contentType: 'Text', content: `</pre>${hostile}` },
        toRecipients: [recipient(anna, hostile)],
        internetMessageHeaders: [{ name: `X-${hostile}`, value: hostile }],
        attachments: [aFile({ name: hostile, contentType: hostile })],
      },
      sender,
    );
    for (const path of [`/messages/${id}`, `/mailboxes/${sender}`, '/']) {
      const root = await page(path);
      assert.deepEqual(root.querySelectorAll('script, img, [onerror]'), [], path);
    }
    const root = await page(`/messages/${id}`);
    assert.equal(root.querySelector('h1')?.text, hostile);
    assert.equal(root.querySelector('title')?.text, `${hostile} - tenantpost local cloud`);
    assert.equal(definition(root, 'To'), `${hostile} <${anna}>`);
    assert.equal(definition(root, `X-${hostile}`), hostile);
    assert.equal(root.querySelector('pre.mail')?.text, `</pre>${hostile}`);
    assert.equal(root.querySelector('.attachments a')?.text, hostile);
    const list = await page(`/mailboxes/${sender}`);
    assert.equal(list.querySelector('a.subject')?.text, hostile);
  });

  test('links a message without a subject by words', async () => {
    const id = await deliver({ subject: '' });
    assert.equal((await page(`/mailboxes/${anna}`)).querySelector('a.subject')?.text, '(no subject)');
    assert.equal((await page(`/messages/${id}`)).querySelector('h1')?.text, '(no subject)');
  });

  test('shows its source as JSON without the content of attachments', async () => {
    const id = await deliver({ attachments: [aFile({ contentBytes: png })] });
    const root = await page(`/messages/${id}`);
    const source = root.querySelectorAll('details pre').at(-1)?.text ?? '';
    const { attachments, internetMessageId } = JSON.parse(source);
    assert.equal(internetMessageId, copies(cloud, anna)[0]?.internetMessageId);
    assert.deepEqual(attachments[0]?.content, '(12 base64 digits)');
  });

  test('answers 404 for a message that does not exist', async () => {
    for (const path of ['/messages/none', '/messages/none/html', '/messages/none/attachments/0']) await page(path, 404);
    assert.equal((await get('/api/messages/none')).status, 404);
  });
});

describe('HTML mail', () => {
  test('is in a frame that may do nothing, and its markup is not on the page', async () => {
    const id = await deliver(html('<h6>Hello</h6><script>alert(1)</script>'));
    const root = await page(`/messages/${id}`);
    const frame = root.querySelector('iframe');
    assert.equal(frame?.getAttribute('sandbox'), '');
    assert.equal(frame?.getAttribute('src'), `/messages/${id}/html`);
    assert.deepEqual(root.querySelectorAll('h6, script'), []);
    assert.ok(root.querySelectorAll('details pre').some(({ text }) => text.startsWith('<h6>Hello</h6>')));
  });

  test('is served with a policy of its own: sandboxed, no scripts, no forms, nothing from outside', async () => {
    const id = await deliver(html('<p>Hello</p>'));
    const response = await get(`/messages/${id}/html`);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.deepEqual(
      new Set(response.headers.get('content-security-policy')?.split('; ')),
      new Set([
        "default-src 'none'",
        "img-src 'self' data:",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        'sandbox',
      ]),
    );
    assert.equal(await response.text(), '<p>Hello</p>');
  });

  test('has its inline images from the attachments, and other references as they were', async () => {
    const image = (contentId: string) =>
      aFile({ name: `${contentId}.png`, contentType: 'image/png', contentBytes: png, isInline: true, contentId });
    const id = await deliver({
      ...html(
        '<img src="cid:logo@x"><img src=cid:logo%40x alt=a><p style="background:url(\'cid:paper\')">cid:logo@x</p><img src="cid:none">',
      ),
      attachments: [aFile(), image('<logo@x>'), image('paper')],
    });
    const at = (index: number) => `/messages/${id}/attachments/${index}`;
    assert.equal(
      await (await get(`/messages/${id}/html`)).text(),
      `<img src="${at(1)}"><img src=${at(1)} alt=a><p style="background:url('${at(2)}')">cid:logo@x</p><img src="cid:none">`,
    );
    const logo = await get(at(1));
    assert.equal(Buffer.from(await logo.arrayBuffer()).toString('base64'), png);
  });

  test('is nothing for a plain text message', async () => {
    const id = await deliver({ body: { contentType: 'Text', content: '<script>alert(1)</script>' } });
    await page(`/messages/${id}/html`, 404);
  });
});

describe('attachments', () => {
  const disposition = async (overrides: Record<string, unknown>) => {
    const id = await deliver({ attachments: [aFile(overrides)] });
    const { status, headers } = await get(`/messages/${id}/attachments/0`);
    assert.equal(status, 200);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('content-security-policy'), "default-src 'none'; sandbox");
    return [headers.get('content-type'), headers.get('content-disposition')];
  };

  for (const contentType of ['image/png', 'IMAGE/JPEG', 'image/gif', 'image/webp']) {
    test(`shows ${contentType} in place`, async () => {
      const [type, how] = await disposition({ contentType, name: 'a.bin' });
      assert.equal(type, contentType.toLowerCase());
      assert.equal(how, `inline; filename="a.bin"; filename*=UTF-8''a.bin`);
    });
  }

  for (const contentType of ['text/html', 'image/svg+xml', 'text/plain', 'application/pdf', 'image/png, text/html']) {
    test(`has ${contentType} saved and not shown`, async () => {
      const [type, how] = await disposition({ contentType, name: 'a.bin' });
      assert.equal(type, 'application/octet-stream');
      assert.equal(how, `attachment; filename="a.bin"; filename*=UTF-8''a.bin`);
    });
  }

  for (const [name, plain, encoded] of [
    ['Übersicht 📈.pdf', '_bersicht __.pdf', '%C3%9Cbersicht%20%F0%9F%93%88.pdf'],
    ['a"; filename="b.exe', 'a_; filename=_b.exe', 'a%22%3B%20filename%3D%22b.exe'],
    ['../../etc/passwd', '.._.._etc_passwd', '.._.._etc_passwd'],
    ["it's (1)*.txt", "it's (1)*.txt", 'it%27s%20%281%29%2A.txt'],
    ['a\r\nSet-Cookie: x=1', 'a__Set-Cookie: x=1', 'a__Set-Cookie%3A%20x%3D1'],
  ] as const) {
    test(`names the file ${JSON.stringify(name)} safely`, async () => {
      const [, how] = await disposition({ name });
      assert.equal(how, `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`);
    });
  }

  test('gives the bytes that were sent, and 404 for one that is not there', async () => {
    const id = await deliver({ attachments: [aFile({ contentBytes: png })] });
    const response = await get(`/messages/${id}/attachments/0`);
    assert.equal(Buffer.from(await response.arrayBuffer()).toString('base64'), png);
    await page(`/messages/${id}/attachments/1`, 404);
    await page(`/messages/${id}/attachments/-1`, 404);
  });
});

describe('jobs', () => {
  test('lists outcomes, latest first, with the name of the tenant', async () => {
    const stranger = crypto.randomUUID();
    outcomes = async () => [
      { id: 'old', tenantId: stranger, state: 'sent', tries: 1, updatedAt: Date.UTC(2026, 0, 1) },
      {
        id: hostile,
        tenantId: customers.contoso.id,
        state: 'failed',
        code: 'MAILBOX_NOT_FOUND',
        remedy: hostile,
        tries: 2,
        updatedAt: Date.UTC(2026, 0, 2),
      },
    ];
    const root = await page('/jobs');
    assert.deepEqual(
      cells(root, 'Mail jobs').map((row) => row.slice(0, 6)),
      [
        [hostile, 'Contoso', 'failed', 'MAILBOX_NOT_FOUND', hostile, '2'],
        ['old', stranger, 'sent', '', '', '1'],
      ],
    );
    assert.equal(root.querySelector('tbody time')?.getAttribute('datetime'), '2026-01-02T00:00:00.000Z');
    assert.deepEqual(root.querySelectorAll('script, img'), []);
  });

  test('says so when there are none and when they cannot be read', async () => {
    outcomes = async () => [];
    assert.match((await page('/jobs')).text, /No job has an outcome yet/);
    outcomes = () => Promise.reject(new Error('secret connection string'));
    const text = (await page('/jobs', 503)).text;
    assert.match(text, /cannot be read now/);
    assert.doesNotMatch(text, /secret/);
  });
});

describe('JSON', () => {
  test('lists every copy and gives each whole', async () => {
    const id = await deliver({ attachments: [aFile({ contentBytes: png })] });
    const list = await get('/api/messages');
    assert.match(list.headers.get('content-type') ?? '', /^application\/json/);
    const copy = copies(cloud, anna)[0];
    assert.ok(copy);
    const { internetMessageId, receivedAt } = copy;
    const sentId = copies(cloud, sender)[0]?.id;
    const common = { internetMessageId, subject: 'Your invoice', receivedAt };
    assert.deepEqual(await list.json(), [
      { ...common, id: sentId, mailbox: sender, folder: 'sentitems' },
      { ...common, id, mailbox: anna, folder: 'inbox' },
    ]);
    assert.deepEqual(await (await get(`/api/messages/${id}`)).json(), copy);
  });
});
