/** Messages that come to the local Graph as MIME, and go out as MIME. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { contentOf } from '../../../../local/cloud/mail/content.ts';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, draft, mimeOf, mimeRequest, readMessage, sendDraft } from './graph-mailbox.ts';
import { aFile, anna, copies, outsider, refusal, sender } from './graph-requests.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
  cloud.state.recipientPermissions.length = 0;
});

const head = (...more: string[]) => [`From: Post <${sender}>`, `To: Anna <${anna}>`, 'Subject: Hello', ...more];
const text = ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', '', 'Good morning.'];
const sendMime = (body: string) => call(cloud, 'sendMail', mimeRequest(body));

async function refusesMime(body: string, status: number, code: string): Promise<string> {
  const got = await refusal(await sendMime(body));
  assert.deepEqual({ status: got.status, code: got.code }, { status, code });
  assert.deepEqual(cloud.state.messages, []);
  return got.message;
}

describe('sendMail', () => {
  test('takes a MIME message as base64 and keeps it to the byte', async () => {
    const mime = mimeOf(...head('Message-ID: <1@contoso.example>', 'X-Odd:  two  spaces'), ...text);
    const response = await sendMime(mime);
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('content-type'), null);
    for (const copy of [copies(cloud, sender, 'sentitems')[0], copies(cloud, anna, 'inbox')[0]]) {
      assert.equal(copy?.subject, 'Hello');
      assert.equal(copy?.internetMessageId, '<1@contoso.example>');
      assert.deepEqual(copy?.to, [{ address: anna, name: 'Anna' }]);
      assert.deepEqual(copy?.body, { contentType: 'text', content: 'Good morning.\n' });
      assert.ok(copy?.mime !== undefined);
      assert.equal(contentOf(cloud, copy.mime).toString('base64'), mime);
    }
  });

  test('takes base64 with line breaks', async () => {
    const mime = mimeOf(...head(), ...text).replace(/.{76}/g, '$&\r\n');
    assert.equal((await sendMime(mime)).status, 202);
  });

  test('refuses what is not base64, and nothing at all', async () => {
    for (const body of ['From: me', 'YWJ', '']) {
      const message = await refusesMime(body, 400, 'ErrorMimeContentInvalidBase64String');
      assert.equal(message, 'Invalid base64 string for MIME content.');
    }
  });

  test('removes the field of blind recipients wherever it stands, and not a byte more', async () => {
    for (const end of ['\r\n', '\n']) {
      cloud.state.messages.length = 0;
      const fields = [
        `Bcc: ${outsider}`,
        ...head(),
        `bcc : ${outsider},`,
        `\t${outsider}`,
        'X-A: b',
        `BCC: ${outsider}`,
      ];
      const mime = Buffer.from([...fields, '', 'Bcc: this is the body', ''].join(end));
      assert.equal((await sendMime(mime.toString('base64'))).status, 202);
      const [received] = copies(cloud, outsider, 'inbox');
      assert.ok(received?.mime !== undefined);
      const expected = [...head(), 'X-A: b', '', 'Bcc: this is the body', ''].join(end);
      assert.equal(contentOf(cloud, received.mime).toString(), expected);
    }
  });

  test('takes 200 KB of header and refuses 300', async () => {
    const field = `X-Long: ${'x'.repeat(990)}`;
    const withHeader = (fields: number) => mimeOf(...head(...Array.from({ length: fields }, () => field)), ...text);
    await refusesMime(withHeader(300), 400, 'ErrorMimeContentInvalid');
    assert.equal((await sendMime(withHeader(200))).status, 202);
  });

  test('refuses parts that are nested without end', async () => {
    const levels = Array.from({ length: 400 }, (_, n) => [
      `Content-Type: multipart/mixed; boundary="b${n}"`,
      '',
      `--b${n}`,
    ]);
    await refusesMime(mimeOf(...head(), ...levels.flat(), '', 'x'), 400, 'ErrorMimeContentInvalid');
  });

  test('delivers to blind recipients and removes their field from every copy', async () => {
    const folded = [`Bcc: Some One <${outsider}>,`, ` noor@elsewhere.example`];
    const mime = mimeOf(...head(...folded, 'X-After: 1'), ...text);
    assert.equal((await sendMime(mime)).status, 202);
    assert.equal(copies(cloud, outsider, 'inbox').length, 1);
    assert.equal(copies(cloud, 'noor@elsewhere.example', 'inbox').length, 1);
    assert.deepEqual(copies(cloud, anna)[0]?.bcc, []);
    for (const { mime: kept = '' } of cloud.state.messages) {
      const raw = contentOf(cloud, kept).toString();
      assert.ok(!raw.includes('elsewhere.example') && !/bcc/i.test(raw), raw);
      assert.match(raw, /^X-After: 1\r\n/m);
    }
  });

  test('takes more than five headers, and such as JSON may not have', async () => {
    const many = Array.from({ length: 8 }, (_, n) => `X-Number-${n}: ${n}`);
    const mime = mimeOf(...head(...many, 'List-Unsubscribe: <https://contoso.example/leave>'), ...text);
    assert.equal((await sendMime(mime)).status, 202);
    const headers = copies(cloud, anna)[0]?.headers ?? [];
    assert.equal(headers.filter(({ name }) => name.startsWith('X-Number-')).length, 8);
    assert.deepEqual(headers.at(-1), { name: 'List-Unsubscribe', value: '<https://contoso.example/leave>' });
  });

  test('refuses a From or Sender that is not the mailbox, until it may send as that', async () => {
    const from = mimeOf(`From: ${anna}`, `To: ${outsider}`, 'Subject: Hello', ...text);
    await refusesMime(from, 403, 'ErrorSendAsDenied');
    await refusesMime(mimeOf(...head(`Sender: ${anna}`), ...text), 403, 'ErrorSendAsDenied');
    const { tenantId } = cloud.state.mailboxes.find(({ address }) => address === anna) ?? {};
    assert.ok(tenantId);
    cloud.state.recipientPermissions.push({ tenantId, mailbox: anna, trustee: sender, accessRights: ['SendAs'] });
    assert.equal((await sendMime(from)).status, 202);
    assert.deepEqual(copies(cloud, outsider)[0]?.from, { address: anna, name: 'Anna' });
    assert.equal(copies(cloud, sender, 'sentitems').length, 1);
  });

  test('refuses a message that names nobody or whom nobody can reach', async () => {
    await refusesMime(mimeOf(`From: ${sender}`, 'Subject: Hello', ...text), 400, 'ErrorInvalidRecipients');
    await refusesMime(mimeOf(`From: ${sender}`, 'To: nobody', ...text), 400, 'ErrorInvalidRecipients');
  });

  test('shows html, inline images and attachments of a MIME message', async () => {
    const mime = mimeOf(
      ...head('MIME-Version: 1.0', 'Importance: high', 'Content-Type: multipart/mixed; boundary=b'),
      '',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Grüße</p>',
      '--b',
      'Content-Type: image/png; name=dot.png',
      'Content-Disposition: inline; filename=dot.png',
      'Content-ID: <dot@contoso>',
      'Content-Transfer-Encoding: base64',
      '',
      'iVBORw==',
      '--b--',
    );
    assert.equal((await sendMime(mime)).status, 202);
    const copy = copies(cloud, anna)[0];
    assert.equal(copy?.body.contentType, 'html');
    assert.match(copy.body.content, /<p>Grüße<\/p>/);
    assert.equal(copy.importance, 'high');
    assert.deepEqual(
      copy.attachments.map(({ id: _id, ...attachment }) => attachment),
      [{ name: 'dot.png', contentType: 'image/png', content: 'iVBORw==', isInline: true, contentId: 'dot@contoso' }],
    );
  });
});

describe('drafts and $value', () => {
  const content = async (id: string): Promise<string> => {
    const response = await call(cloud, `messages/${id}/$value`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/plain');
    return response.text();
  };

  test('makes a draft of a MIME message, gives it back as it came and sends it as it came', async () => {
    const mime = mimeOf(...head('X-Job: 7'), ...text);
    const { id, isDraft } = await readMessage(await call(cloud, 'messages', mimeRequest(mime)), 201);
    assert.equal(isDraft, true);
    assert.equal(Buffer.from(await content(id)).toString('base64'), mime);
    assert.equal((await sendDraft(cloud, id)).status, 202);
    assert.equal(contentOf(cloud, copies(cloud, anna)[0]?.mime ?? '').toString('base64'), mime);
  });

  test('composes MIME of a message that was written in JSON, and of a MIME draft that was changed', async () => {
    const { id } = await draft(cloud, { subject: 'Übersicht', attachments: [aFile()] });
    const composed = await content(id);
    assert.match(composed, /^Subject: =\?UTF-8\?/m);
    assert.match(composed, new RegExp(`^To: ${anna}\\r$`, 'm'));
    assert.match(composed, /filename=invoice\.txt/);
    const mime = mimeOf(...head('X-Job: 7'), ...text);
    const fromMime = await readMessage(await call(cloud, 'messages', mimeRequest(mime)), 201);
    await readMessage(await call(cloud, `messages/${fromMime.id}`, { method: 'PATCH', body: { subject: 'Other' } }));
    const changed = await content(fromMime.id);
    assert.match(changed, /^Subject: Other\r$/m);
    assert.match(changed, /^X-Job: 7\r$/m);
  });

  test('shows blind recipients in the sender’s own copy only', async () => {
    const { id } = await draft(cloud, { bccRecipients: [{ emailAddress: { address: outsider } }] });
    assert.match(await content(id), new RegExp(`^Bcc: ${outsider}\\r$`, 'm'));
    assert.equal((await sendDraft(cloud, id)).status, 202);
    const received = copies(cloud, anna)[0];
    assert.ok(received);
    const response = await call(cloud, `messages/${received.id}/$value`, { as: anna });
    assert.ok(!(await response.text()).includes(outsider));
  });
});
