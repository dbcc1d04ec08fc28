/** A message in the viewer: what is shown of it, and what its sender cannot do with it. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { aFile, anna, copies, outsider, recipient, sender } from './graph-requests.ts';
import { definition, hostile, html, png, startTestViewer, type TestViewer } from './viewer-pages.ts';

let shown: TestViewer;
before(async () => {
  shown = await startTestViewer();
});
after(() => shown.stop());
beforeEach(() => {
  shown.cloud.state.messages.length = 0;
});

describe('message', () => {
  test('shows recipients by kind, headers and text', async () => {
    const id = await shown.deliver({
      body: { contentType: 'Text', content: 'Line one\n<b>line two</b>' },
      toRecipients: [recipient(anna, 'Anna')],
      ccRecipients: [recipient(outsider)],
      replyTo: [recipient('answers@contoso.example')],
      internetMessageHeaders: [{ name: 'X-Job', value: 'job-1' }],
      importance: 'high',
    });
    const root = await shown.page(`/messages/${id}`);
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
    const id = await shown.deliver({
      ccRecipients: [recipient('cc@elsewhere.example')],
      bccRecipients: [recipient(outsider)],
    });
    const [sent, toAnna, toCc, toOutsider] = shown.cloud.state.messages;
    assert.ok(sent && toAnna?.id === id && toCc && toOutsider);
    for (const copy of [sent, toOutsider]) {
      assert.equal(definition(await shown.page(`/messages/${copy.id}`), 'Bcc'), outsider);
    }
    const delivered = (await shown.page(`/messages/${sent.id}`)).querySelectorAll(
      'section[aria-labelledby=deliveries] a',
    );
    assert.deepEqual(
      delivered.map(({ text }) => text),
      [anna, 'cc@elsewhere.example', outsider],
    );
    for (const copy of [toAnna, toCc]) {
      for (const path of [`/messages/${copy.id}`, `/api/messages/${copy.id}`, `/mailboxes/${copy.mailbox}`]) {
        // Without tags: an address may hold a place where its line can break.
        const text = (await (await shown.get(path)).text()).replaceAll(/<[^>]*>/g, '');
        assert.ok(text.includes(anna) && !text.includes(outsider), path);
      }
    }
  });

  test('escapes subject, names, headers, text and file names', async () => {
    const id = await shown.deliver(
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
      const root = await shown.page(path);
      assert.deepEqual(root.querySelectorAll('script, img, [onerror]'), [], path);
    }
    const root = await shown.page(`/messages/${id}`);
    assert.equal(root.querySelector('h1')?.text, hostile);
    assert.equal(root.querySelector('title')?.text, `${hostile} - tenantpost local cloud`);
    assert.equal(definition(root, 'To'), `${hostile} <${anna}>`);
    assert.equal(definition(root, `X-${hostile}`), hostile);
    assert.equal(root.querySelector('pre.mail')?.text, `</pre>${hostile}`);
    assert.equal(root.querySelector('.attachments a')?.text, hostile);
    const list = await shown.page(`/mailboxes/${sender}`);
    assert.equal(list.querySelector('a.subject')?.text, hostile);
  });

  test('links a message without a subject by words', async () => {
    const id = await shown.deliver({ subject: '' });
    assert.equal((await shown.page(`/mailboxes/${anna}`)).querySelector('a.subject')?.text, '(no subject)');
    assert.equal((await shown.page(`/messages/${id}`)).querySelector('h1')?.text, '(no subject)');
  });

  test('shows its source as JSON without the content of attachments', async () => {
    const id = await shown.deliver({ attachments: [aFile({ contentBytes: png })] });
    const root = await shown.page(`/messages/${id}`);
    const source = root.querySelectorAll('details pre').at(-1)?.text ?? '';
    const { attachments, internetMessageId } = JSON.parse(source);
    assert.equal(internetMessageId, copies(shown.cloud, anna)[0]?.internetMessageId);
    assert.deepEqual(attachments[0]?.content, '(8 bytes)');
  });

  test('answers 404 for a message that does not exist', async () => {
    for (const path of ['/messages/none', '/messages/none/html', '/messages/none/attachments/0'])
      await shown.page(path, 404);
    assert.equal((await shown.get('/api/messages/none')).status, 404);
  });
});

describe('HTML mail', () => {
  test('is in a frame that may do nothing, and its markup is not on the page', async () => {
    const id = await shown.deliver(html('<h6>Hello</h6><script>alert(1)</script>'));
    const root = await shown.page(`/messages/${id}`);
    const frame = root.querySelector('iframe');
    assert.equal(frame?.getAttribute('sandbox'), '');
    assert.equal(frame?.getAttribute('src'), `/messages/${id}/html`);
    assert.deepEqual(root.querySelectorAll('h6, script'), []);
    assert.ok(root.querySelectorAll('details pre').some(({ text }) => text.startsWith('<h6>Hello</h6>')));
  });

  test('is served with a policy of its own: sandboxed, no scripts, no forms, nothing from outside', async () => {
    const id = await shown.deliver(html('<p>Hello</p>'));
    const response = await shown.get(`/messages/${id}/html`);
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
    const id = await shown.deliver({
      ...html(
        '<img src="cid:logo@x"><img src=cid:logo%40x alt=a><p style="background:url(\'cid:paper\')">cid:logo@x</p><img src="cid:none">',
      ),
      attachments: [aFile(), image('<logo@x>'), image('paper')],
    });
    const at = (index: number) => `/messages/${id}/attachments/${index}`;
    assert.equal(
      await (await shown.get(`/messages/${id}/html`)).text(),
      `<img src="${at(1)}"><img src=${at(1)} alt=a><p style="background:url('${at(2)}')">cid:logo@x</p><img src="cid:none">`,
    );
    const logo = await shown.get(at(1));
    assert.equal(Buffer.from(await logo.arrayBuffer()).toString('base64'), png);
  });

  test('is nothing for a plain text message', async () => {
    const id = await shown.deliver({ body: { contentType: 'Text', content: '<script>alert(1)</script>' } });
    await shown.page(`/messages/${id}/html`, 404);
  });
});

describe('attachments', () => {
  const disposition = async (overrides: Record<string, unknown>) => {
    const id = await shown.deliver({ attachments: [aFile(overrides)] });
    const { status, headers } = await shown.get(`/messages/${id}/attachments/0`);
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
    const id = await shown.deliver({ attachments: [aFile({ contentBytes: png })] });
    const response = await shown.get(`/messages/${id}/attachments/0`);
    assert.equal(Buffer.from(await response.arrayBuffer()).toString('base64'), png);
    await shown.page(`/messages/${id}/attachments/1`, 404);
    await shown.page(`/messages/${id}/attachments/-1`, 404);
  });
});
