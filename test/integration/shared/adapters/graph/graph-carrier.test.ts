/** Mail by GraphCarrier as the local cloud's mailboxes show it: what is carried, what is refused, and which requests it takes. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Mail } from '../../../../../shared/mail/job/mail.ts';
import type { SendReceipt } from '../../../../../shared/mail/carrier.ts';
import type { Token } from '../../../../../shared/tokens/token.ts';
import { addTenant, customers, startTestCloud } from '../../../../support/cloud.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import {
  aFile,
  aGraphMail,
  copiesOf,
  folders,
  GraphDelivery,
  graphToken,
  mayDraft,
  sender,
  withoutLimits,
} from '../../../../support/graph-delivery.ts';

const fetchs = globalThis.Response;
const cloud = await startTestCloud();
after(() => cloud.stop());
withoutLimits(cloud);
// The web server of the cloud, which runs in this process, puts a class of its own in the place of fetch's.
const servers = globalThis.Response;
globalResponseIs(fetchs);

function globalResponseIs(value: typeof Response): void {
  Object.defineProperty(globalThis, 'Response', { value });
}

const tenantId = customers.contoso.id;
const sendOnly = { roles: ['Mail.Send'] };
const logo = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');

const everything = {
  to: ['anna@customer.example', { address: 'ben@customer.example', name: 'Ben Müller 😀' }],
  cc: [{ address: 'cc@customer.example' }],
  bcc: ['hidden@customer.example'],
  replyTo: [{ address: 'support@contoso.example', name: 'Support' }],
  importance: 'high',
  text: undefined,
  html: '<p>Grüße, <img src="cid:logo"> &amp; 漢字</p>',
  headers: [1, 2, 3, 4, 5].map((number) => ({ name: `X-Number-${number}`, value: `value ${number}` })),
  attachments: [
    { name: 'Rechnung März.pdf', contentType: 'application/pdf', content: 'JVBERi0xLjc=' },
    { name: 'logo.png', contentType: 'image/png', content: logo, contentId: 'logo' },
  ],
};

async function sent(mail: Mail, roles: readonly string[] = sendOnly.roles): Promise<SendReceipt> {
  return new GraphDelivery(cloud, mail, await graphToken(cloud, { roles: [...roles] })).send();
}

const kept = (mail: Mail) => copiesOf(cloud, mail).find(({ folder }) => folder === 'sentitems');

describe('a mail that Graph accepts', { concurrency: false }, () => {
  for (const delivery of ['standard', 'exactly-once']) {
    test(`is the mail of the job, ${delivery}`, async () => {
      const mail = await aGraphMail({ ...everything, delivery });
      await sent(mail, mayDraft);
      assert.deepEqual(
        folders(cloud, mail).sort(),
        [
          'inbox anna@customer.example',
          'inbox ben@customer.example',
          'inbox cc@customer.example',
          'inbox hidden@customer.example',
          `sentitems ${sender}`,
        ].sort(),
      );
      const copy = kept(mail);
      const { job } = mail;
      assert.deepEqual(copy?.from, { address: sender, name: 'Post' });
      assert.deepEqual([copy?.to, copy?.cc, copy?.bcc, copy?.replyTo], [job.to, job.cc, job.bcc, job.replyTo]);
      assert.deepEqual([copy?.body, copy?.importance], [{ contentType: 'html', content: mail.html }, 'high']);
      assert.deepEqual(copy?.headers, job.headers);
      assert.deepEqual(
        copy?.attachments.map(({ id: _id, ...attachment }) => attachment),
        [
          { name: 'Rechnung März.pdf', contentType: 'application/pdf', content: 'JVBERi0xLjc=', isInline: false },
          { name: 'logo.png', contentType: 'image/png', content: logo, isInline: true, contentId: 'logo' },
        ],
      );
      // Nobody but the one concerned sees a bcc recipient.
      for (const { mailbox, folder, bcc } of copiesOf(cloud, mail)) {
        if (folder === 'inbox') assert.deepEqual(bcc, mailbox.startsWith('hidden') ? job.bcc : []);
      }
    });

    test(`leaves a copy in Sent Items only if the job wants one, ${delivery}`, async () => {
      const mail = await aGraphMail({ saveToSentItems: false, delivery });
      await sent(mail, mayDraft);
      assert.deepEqual(folders(cloud, mail), ['inbox anna@customer.example']);
    });
  }

  test('of text is text, line ends and unicode included', async () => {
    const mail = await aGraphMail({ text: 'Line one\r\nline two\n\ttab – 漢字 😀 \u2028 \uffff \\ "' });
    await sent(mail);
    assert.deepEqual(copiesOf(cloud, mail)[0]?.body, { contentType: 'text', content: mail.text });
  });

  test('with recipients in bcc alone, and with an empty text, is accepted', async () => {
    const mail = await aGraphMail({ to: [], bcc: ['hidden@customer.example'], text: '' });
    await sent(mail);
    const [, received] = copiesOf(cloud, mail);
    assert.deepEqual([received?.to, received?.mailbox], [[], 'hidden@customer.example']);
  });

  test('gives the request id under which Microsoft finds it', async () => {
    for (const delivery of ['standard', 'exactly-once']) {
      const { requestId } = await sent(await aGraphMail({ delivery }), mayDraft);
      assert.match(requestId ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    }
  });

  test('of a mailbox whose address needs encoding comes from that mailbox', async () => {
    for (const from of ["o'brien@contoso.example", 'a+b%41/c?d#e&f=g@contoso.example', 'bücher@contoso.example']) {
      cloud.state.mailboxes.push({ tenantId, id: crypto.randomUUID(), address: from, displayName: 'Odd' });
      for (const delivery of ['standard', 'exactly-once']) {
        const mail = await aGraphMail({ from, delivery });
        await sent(mail, mayDraft);
        assert.equal(kept(mail)?.mailbox, from);
      }
    }
  });

  test('is from the address that the mailbox may send as, and is refused by /sendAs where it may not', async () => {
    const address = 'info@contoso.example';
    cloud.state.mailboxes.push({ tenantId, id: crypto.randomUUID(), address, displayName: 'Info' });
    const html = '<p>Beside the text</p>';
    for (const body of [{}, { html }, { delivery: 'exactly-once' }, { html, delivery: 'exactly-once' }]) {
      cloud.state.recipientPermissions.length = 0;
      const refused = await aGraphMail({ sendAs: address, ...body });
      const error = await failureOf(sent(refused, mayDraft));
      assert.deepEqual([error.code, error.detail['field']], ['SEND_FORBIDDEN', '/sendAs']);
      assert.deepEqual(folders(cloud, refused), []);
      cloud.state.recipientPermissions.push({ tenantId, mailbox: address, trustee: sender, accessRights: ['SendAs'] });
      const mail = await aGraphMail({ sendAs: address, ...body });
      await sent(mail, mayDraft);
      assert.equal(copiesOf(cloud, mail).find(({ folder }) => folder === 'inbox')?.from.address, address);
    }
  });

  test('is known to be accepted whoever has replaced the classes of fetch in this process', async (t) => {
    globalResponseIs(servers);
    t.after(() => globalResponseIs(fetchs));
    const mail = await aGraphMail();
    assert.ok((await sent(mail)).requestId);
    assert.equal(copiesOf(cloud, mail).length, 2);
  });

  test('costs one request, and many go side by side', async () => {
    const index = cloud.journal.entries.length;
    const mails = await Promise.all(Array.from({ length: 4 }, () => aGraphMail()));
    await Promise.all(mails.map((mail) => sent(mail)));
    assert.deepEqual(
      cloud.journal.entries.slice(index).map(({ service, operation, status }) => `${service} ${operation} ${status}`),
      mails.map(() => 'graph sendMail 202'),
    );
    for (const mail of mails) assert.equal(copiesOf(cloud, mail).length, 2);
  });
});

describe('a mail that Graph refuses', () => {
  /** The error, once it is sure that nothing left, that one request was made, and that nothing of the mail shows. */
  async function refused(mail: Mail, token: Token) {
    const index = cloud.journal.entries.length;
    const error = await failureOf(new GraphDelivery(cloud, mail, token).send());
    assert.equal(cloud.journal.entries.length, index + 1);
    assert.deepEqual(copiesOf(cloud, mail), []);
    const shown = shownOf(error);
    for (const secret of [mail.job.from, mail.job.subject, 'anna@customer', token.value])
      assert.equal(shown.includes(secret), false);
    assert.match(String(error.detail['requestId']), /^[0-9a-f-]{36}$/);
    return [error.code, error.detail['status'], error.detail['serviceCode']];
  }
  const token = () => graphToken(cloud, sendOnly);

  test('for a token that another tenant signed is SEND_TOKEN_REFUSED', async () => {
    const foreign = await graphToken(cloud, {}, addTenant(cloud).id);
    const expected = ['SEND_TOKEN_REFUSED', 401, 'InvalidAuthenticationToken'];
    assert.deepEqual(await refused(await aGraphMail(), foreign), expected);
  });

  test('for a token that has expired is SEND_TOKEN_REFUSED', async () => {
    const late = await graphToken(cloud, { exp: Math.floor(Date.now() / 1000) - 60 });
    const expected = ['SEND_TOKEN_REFUSED', 401, 'InvalidAuthenticationToken'];
    assert.deepEqual(await refused(await aGraphMail(), late), expected);
  });

  test('for want of the role is SEND_FORBIDDEN', async () => {
    const expected = ['SEND_FORBIDDEN', 403, 'ErrorAccessDenied'];
    for (const roles of [undefined, ['Mail.Read']]) {
      assert.deepEqual(await refused(await aGraphMail(), await graphToken(cloud, { roles })), expected);
    }
  });

  test('for want of the role that a draft needs is MAIL_READ_MISSING', async () => {
    const expected = ['MAIL_READ_MISSING', 403, 'ErrorAccessDenied'];
    assert.deepEqual(await refused(await aGraphMail({ delivery: 'exactly-once' }), await token()), expected);
    assert.deepEqual(await refused(await aGraphMail({}, [aFile('large.bin', 3_000_000)]), await token()), expected);
    const leavesNoCopy = { html: '<p>Beside the text</p>', saveToSentItems: false };
    assert.deepEqual(await refused(await aGraphMail(leavesNoCopy), await token()), expected);
  });

  test('for a mailbox that nobody knows is MAILBOX_NOT_FOUND', async () => {
    const mail = await aGraphMail({ from: 'nobody@contoso.example' });
    assert.deepEqual(await refused(mail, await token()), ['MAILBOX_NOT_FOUND', 404, 'ErrorInvalidUser']);
  });

  test('for a user without a mailbox is MAILBOX_NOT_FOUND', async () => {
    const address = 'unlicensed@contoso.example';
    const user = { tenantId, id: crypto.randomUUID(), address, displayName: 'Unlicensed', licensed: false };
    cloud.state.mailboxes.push(user);
    const expected = ['MAILBOX_NOT_FOUND', 404, 'MailboxNotEnabledForRESTAPI'];
    assert.deepEqual(await refused(await aGraphMail({ from: address }), await token()), expected);
  });

  test('for a mailbox that has sent to all whom a day allows is MAILBOX_QUOTA', async () => {
    const { recipients } = cloud.state.limits.sending;
    const { most } = recipients;
    recipients.most = 0;
    try {
      assert.deepEqual(await refused(await aGraphMail(), await token()), [
        ...['MAILBOX_QUOTA', 403, 'ErrorExceededMessageLimit'],
      ]);
    } finally {
      recipients.most = most;
    }
  });
});

test('no request is made for a mail that comes with the token of another tenant or resource', async () => {
  const mail = await aGraphMail();
  const token = await graphToken(cloud);
  const index = cloud.journal.entries.length;
  for (const foreign of [
    { ...token, tenantId: customers.fabrikam.id },
    { ...token, resource: 'outlook' as const },
  ]) {
    const delivery = new GraphDelivery(cloud, mail, foreign);
    assert.equal((await failureOf(delivery.send())).code, 'TOKEN_WRONG');
    assert.equal((await failureOf(delivery.find())).code, 'TOKEN_WRONG');
  }
  assert.equal(cloud.journal.entries.length, index);
});
