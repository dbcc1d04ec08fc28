/** Mail that Graph's JSON cannot carry and MIME does, as the local cloud receives it. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import PostalMime from 'postal-mime';
import { contentOf } from '../../../../../local/cloud/mail/content.ts';
import type { StoredMessage } from '../../../../../local/cloud/state.ts';
import { heldContent } from '../../../../../shared/mail/job/content-store.ts';
import type { Mail } from '../../../../../shared/mail/job/mail.ts';
import { startTestCloud } from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import {
  aFile,
  aGraphMail,
  assertDeliveredOnce,
  copiesOf,
  folders,
  GraphDelivery,
  graphToken,
  receiver,
  sender,
  withoutLimits,
} from '../../../../support/graph-delivery.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
withoutLimits(cloud);

async function sent(mail: Mail): Promise<readonly string[]> {
  const index = cloud.journal.entries.length;
  await new GraphDelivery(cloud, mail, await graphToken(cloud)).send();
  return cloud.journal.entries.slice(index).map(({ operation }) => operation);
}

const received = (mail: Mail): StoredMessage => {
  const copy = copiesOf(cloud, mail).find(({ folder }) => folder === 'inbox');
  assert.ok(copy);
  return copy;
};

/** What the receiver's mail program reads. */
const read = (mail: Mail) => {
  const { mime } = received(mail);
  assert.ok(mime !== undefined, 'it came as MIME');
  return PostalMime.parse(contentOf(cloud, mime));
};

const invitation = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'METHOD:REQUEST', 'END:VCALENDAR', ''].join('\r\n');
const sixHeaders = [1, 2, 3, 4, 5, 6].map((number) => ({ name: `x-number-${number}`, value: `value ${number}` }));

for (const delivery of ['standard', 'exactly-once']) {
  const expected = delivery === 'standard' ? ['sendMail'] : ['createMessage', 'sendMessage'];

  describe(`in MIME, ${delivery}, goes`, () => {
    test('a text beside the HTML', async () => {
      const mail = await aGraphMail({
        delivery,
        text: 'Grüße\n漢字',
        html: '<p>Grüße</p>',
        bcc: ['hidden@customer.example'],
      });
      assert.deepEqual(await sent(mail), expected);
      const { text = '', html = '' } = await read(mail);
      // RFC 5322 section 2.1: lines end with CR LF.
      assert.deepEqual([text.trim(), html.trim()], ['Grüße\r\n漢字', '<p>Grüße</p>']);
      assert.ok(folders(cloud, mail).includes('inbox hidden@customer.example'));
      assert.doesNotMatch(JSON.stringify(received(mail)), /hidden/);
    });

    test('a sixth header, and five go without', async () => {
      const mail = await aGraphMail({ delivery, headers: sixHeaders });
      assert.deepEqual(await sent(mail), expected);
      const own = received(mail).headers.filter(({ name }) => name.toLowerCase().startsWith('x-number-'));
      assert.deepEqual(
        own.map(({ value }) => value).sort(),
        sixHeaders.map(({ value }) => value),
      );
      const five = await aGraphMail({ delivery, headers: sixHeaders.slice(0, 5) });
      await sent(five);
      assert.equal(received(five).mime, undefined);
    });

    test('List-Unsubscribe with its one-click companion', async () => {
      const listUnsubscribe = {
        url: 'https://contoso.example/leave?u=1',
        mailto: 'leave@contoso.example',
        oneClick: true,
      };
      const mail = await aGraphMail({ delivery, listUnsubscribe });
      assert.deepEqual(await sent(mail), expected);
      const headers = new Map(received(mail).headers.map(({ name, value }) => [name.toLowerCase(), value]));
      assert.match(headers.get('list-unsubscribe') ?? '', /<https:\/\/contoso\.example\/leave\?u=1>/);
      assert.equal(headers.get('list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
    });

    test('an invitation, with an attachment', async () => {
      const calendar = { method: 'REQUEST', content: invitation };
      const mail = await aGraphMail({ delivery, calendar }, [aFile('agenda.bin', 2000)]);
      assert.deepEqual(await sent(mail), expected);
      const { attachments } = await read(mail);
      const types = attachments.map(({ mimeType, method }) => `${mimeType} ${method ?? ''}`.trim());
      assert.ok(types.includes('text/calendar REQUEST'), types.join(', '));
      assert.ok(types.includes('application/octet-stream'));
    });
  });
}

describe('a ready message', () => {
  const header = [`To: Anna <${receiver}>`, 'From: <post@contoso.example>', 'Message-ID: <made@contoso.example>'];
  const rest = [
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b',
    ...['', '--b', 'Content-Type: text/plain', '', 'Signed.', '--b--', ''],
  ];

  /** @param change replaces lines of its header. */
  async function aReadyMail(job = {}, change: (line: string) => string[] = (line) => [line]): Promise<Mail> {
    const base = await aGraphMail(job);
    const lines = [`Subject: ${base.job.subject}`, ...header.flatMap(change), ...rest];
    const octets = Buffer.from(lines.join('\r\n'));
    return { job: base.job, mime: heldContent(octets), attachments: [], bytes: octets.length };
  }

  test('goes to the octet behind a field by which it is found, also to those who stand in the bcc of the job alone', async () => {
    for (const delivery of ['standard', 'exactly-once']) {
      const mail = await aReadyMail({ delivery, bcc: ['hidden@customer.example'] });
      await sent(mail);
      const { mime } = received(mail);
      assert.ok(mime !== undefined);
      const [field = '', ...octets] = contentOf(cloud, mime)
        .toString('latin1')
        .split(/(?<=\r\n)/);
      assert.match(field, /^x-tenantpost-job: [0-9a-f]{32}\r\n$/);
      assert.equal(octets.join(''), (await mail.mime?.whole())?.toString('latin1'));
      assert.ok(folders(cloud, mail).includes('inbox hidden@customer.example'));
    }
  });

  test('goes to those alone whom the job names, and not to whom its own Bcc names', async () => {
    const mail = await aReadyMail({}, (line) => [
      line,
      ...(line.startsWith('To') ? ['Bcc: <other@customer.example>'] : []),
    ]);
    await sent(mail);
    assert.deepEqual(folders(cloud, mail), [`sentitems ${sender}`, `inbox ${receiver}`]);
  });

  test('without a Message-ID gets the one by which it is found, and nothing else', async () => {
    const mail = await aReadyMail({ delivery: 'exactly-once' }, (line) => (line.startsWith('Message') ? [] : [line]));
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud), {
      record: (nth) => (nth === 0 ? 'dies before' : undefined),
    });
    assert.equal(await delivery.run(), 'sent');
    assertDeliveredOnce(cloud, mail);
    const { mime, internetMessageId } = received(mail);
    assert.ok(mime !== undefined);
    const text = contentOf(cloud, mime).toString();
    assert.equal(text, `Message-ID: ${internetMessageId}\r\n${(await mail.mime?.whole())?.toString()}`);
  });

  test('with a Message-ID that is none has the other one in its place', async () => {
    const mail = await aReadyMail({}, (line) => [line.startsWith('Message') ? 'Message-ID: none\r\n at all' : line]);
    await sent(mail);
    const { mime, internetMessageId } = received(mail);
    assert.ok(mime !== undefined);
    const written = contentOf(cloud, mime)
      .toString()
      .match(/^(?:message-id|x-tenantpost-job):.*$/gim);
    assert.deepEqual(written, [`Message-ID: ${internetMessageId}`]);
    assert.deepEqual(await new GraphDelivery(cloud, mail, await graphToken(cloud)).find(), { kind: 'sent' });
  });

  test('is found again by its own Message-ID', async () => {
    const id = `<${crypto.randomUUID()}@contoso.example>`;
    const mail = await aReadyMail({ delivery: 'exactly-once' }, (line) => [
      line.startsWith('Message') ? `Message-ID:\r\n ${id}` : line,
    ]);
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud), {
      record: (nth) => (nth === 0 ? 'dies before' : undefined),
    });
    assert.equal(await delivery.run(), 'sent');
    assertDeliveredOnce(cloud, mail);
  });

  test('that names others than the job is TRANSPORT_CANNOT, and nothing is asked of Graph', async () => {
    const others: Record<string, Mail> = {
      'one more in Cc': await aReadyMail({}, (line) => [
        line,
        ...(line.startsWith('To') ? ['Cc: c@customer.example'] : []),
      ]),
      'one of the job missing': await aReadyMail({ cc: ['c@customer.example'] }),
      'another one': await aReadyMail({ to: ['ben@customer.example'] }),
      'nobody at all': await aReadyMail({}, (line) => (line.startsWith('To') ? [] : [line])),
      'a group with one more': await aReadyMail({}, (line) => [
        line.startsWith('To') ? `To: Team: ${receiver}, d@customer.example;` : line,
      ]),
    };
    const index = cloud.journal.entries.length;
    for (const [what, mail] of Object.entries(others)) {
      const error = await failureOf(sent(mail));
      assert.deepEqual([error.code, error.detail['field']], ['TRANSPORT_CANNOT', '/to'], what);
    }
    assert.equal(cloud.journal.entries.length, index);
  });

  test('may name the recipients in another way of writing, in To or Cc', async () => {
    const mail = await aReadyMail({ to: ['Anna@Customer.example'], cc: ['b@xn--bcher-kva.example'] }, (line) => [
      line.startsWith('To') ? 'To: "B" <b@b\u00fccher.example>,\r\n\tTeam: anna@CUSTOMER.example;' : line,
    ]);
    await sent(mail);
    assert.equal(folders(cloud, mail).length, 3);
  });
});

describe('what Graph cannot carry is refused before anything is asked of it:', () => {
  const calendar = { method: 'REQUEST', content: invitation };
  const ready = async (bytes: number): Promise<Mail> => {
    const octets = Buffer.concat([Buffer.from(`To: ${receiver}\r\nSubject: x\r\n\r\n`), Buffer.alloc(bytes, 'x\r\n')]);
    return { job: (await aGraphMail()).job, mime: heldContent(octets), attachments: [], bytes };
  };
  const html = `<p>${'long '.repeat(800_000)}</p>`;
  const cases: Record<string, [() => Promise<Mail>, string, string]> = {
    'a ready message of 3 MB': [() => ready(3_000_000), 'TRANSPORT_CANNOT', '/mime'],
    'an invitation with 3 MB': [
      () => aGraphMail({ calendar }, [aFile('a', 3_000_000)]),
      'TRANSPORT_CANNOT',
      '/calendar',
    ],
    'HTML of 4 MB': [() => aGraphMail({ text: undefined, html }), 'JOB_TOO_LARGE', '/html'],
    'HTML of 4 MB in MIME': [() => aGraphMail({ html }), 'JOB_TOO_LARGE', '/html'],
    'HTML of 4 MB with an attachment': [
      () => aGraphMail({ text: undefined, html }, [aFile('a', 10)]),
      ...(['JOB_TOO_LARGE', '/html'] as const),
    ],
    'text of 4 MB': [() => aGraphMail({ text: 'a'.repeat(4_000_000) }), 'JOB_TOO_LARGE', '/text'],
  };
  for (const [what, [make, code, field]] of Object.entries(cases)) {
    test(`${what} is ${code} of ${field}`, async () => {
      const mail = await make();
      const index = cloud.journal.entries.length;
      const error = await failureOf(sent(mail));
      assert.deepEqual([error.code, error.detail['field']], [code, field]);
      assert.equal(typeof error.detail['expected'], 'string');
      assert.equal(cloud.journal.entries.length, index);
    });
  }
});
