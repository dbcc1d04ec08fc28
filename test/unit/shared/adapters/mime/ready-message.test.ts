/** Messages that producers made themselves: nothing of them changes but what must. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeMime, type MimeOptions } from '../../../../../shared/adapters/mime/mime-message.ts';
import type { Mail } from '../../../../../shared/mail/job/mail.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { MemoryContentStore } from '../../../../support/memory-content-store.ts';
import { aMail } from '../../../../support/outgoing-mail.ts';

const blobs = new MemoryContentStore();
const options: MimeOptions = { messageId: '<id@contoso.example>', withBcc: false, withAttachments: true };

async function composed(mail: Mail, overrides: Partial<MimeOptions> = {}): Promise<string> {
  const message = await composeMime(mail, { ...options, ...overrides });
  return message.toString('latin1');
}

describe('a ready message', () => {
  const bare = { text: undefined, subject: undefined };
  const ready = async (octets: string | Buffer, more: Record<string, unknown> = {}): Promise<Mail> =>
    aMail({ ...bare, mime: blobs.hold(`jobs/${crypto.randomUUID()}`, octets), ...more }, blobs);

  test('goes octet for octet, whatever is in it', async () => {
    const octets = Buffer.concat([
      Buffer.from('Subject: x\r\nDKIM-Signature: v=1;\r\n\tb=abc\r\nMessage-ID: <own@contoso.example>\r\n\r\n'),
      Buffer.from(Array.from({ length: 256 }, (_, octet) => (octet === 10 || octet === 13 ? 32 : octet))),
    ]);
    const message = await composeMime(await ready(octets), options);
    assert.ok(message.equals(octets));
  });

  test('gets line ends as mail has them', async () => {
    assert.equal(await composed(await ready('Subject: x\n\na\rb\r\nc\n\n')), 'Subject: x\r\n\r\na\r\nb\r\nc\r\n\r\n');
  });

  test('loses its own Bcc, and gets that of the job where it is asked for', async () => {
    const text =
      'To: a@x.example\r\nBCC : one@x.example,\r\n two@x.example\r\nbcc: three@x.example\r\nX-Bcc: no\r\n\r\nBcc: body\r\n';
    const rest = 'To: a@x.example\r\nX-Bcc: no\r\n\r\nBcc: body\r\n';
    const mail = await ready(text, { bcc: ['four@x.example', { address: 'five@x.example', name: 'Five' }] });
    assert.equal(await composed(mail), rest);
    const shown = await composed(mail, { withBcc: true });
    assert.equal(shown, `Bcc: <four@x.example>,\r\n <five@x.example>\r\n${rest}`);
  });

  test('loses its own Bcc also at the end of a header that nothing follows, and that of who sent it on', async () => {
    const text = 'To: a@x.example\r\nResent-Bcc: one@x.example\r\nBcc: two@x.example,\r\n three@x.example';
    assert.equal(await composed(await ready(text)), 'To: a@x.example\r\n');
  });

  test('is refused where it has no header, or a line in it that is no field: readers disagree on where the body begins', async () => {
    for (const text of [
      '',
      '\r\nTo: a@x.example\r\n\r\nbody',
      '\ufeffTo: a@x.example\r\n\r\nbody',
      ' To: a@x.example\r\n\r\nbody',
      'From a@x.example Sun Nov 22 10:00:00 2026\r\nTo: a@x.example\r\n\r\nbody',
      'To: a@x.example\r\nno field\r\nBcc: b@x.example\r\n\r\nbody',
      'Just a text.\r\n',
    ]) {
      const error = await failureOf(composed(await ready(text)));
      assert.deepEqual([error.code, error.detail['field']], ['TRANSPORT_CANNOT', '/mime'], JSON.stringify(text));
    }
  });
});
