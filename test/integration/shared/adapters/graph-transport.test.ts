import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { GraphTransport } from '../../../../shared/adapters/graph-transport.ts';
import type { MailJob } from '../../../../shared/mail/mail-job.ts';
import type { SendReceipt } from '../../../../shared/mail/transport.ts';
import { readToken, type Token } from '../../../../shared/tokens/token.ts';
import {
  addTenant,
  aToken,
  customers,
  graphResource,
  startTestCloud,
  type TokenOverrides,
  vendor,
} from '../../../support/cloud.ts';
import { failureOf, shownOf } from '../../../support/failure-of.ts';
import { aParsedMailJob } from '../../../support/mail-job.ts';

const fetchs = globalThis.Response;
const cloud = await startTestCloud();
after(() => cloud.stop());
// The web server of the cloud, which runs in this process, puts a class of its own in the place of fetch's.
const servers = globalThis.Response;
globalResponseIs(fetchs);

function globalResponseIs(value: typeof Response): void {
  Object.defineProperty(globalThis, 'Response', { value });
}

const transport = new GraphTransport(cloud.urls.graph);
const sender = 'post@contoso.example';
const tenantId = customers.contoso.id;

async function tokenOf(overrides: TokenOverrides = {}, signedBy?: string): Promise<Token> {
  const value = await aToken(cloud, overrides, signedBy);
  const expected = { tenantId: overrides.tid ?? tenantId, audience: graphResource, clientId: vendor.appId };
  return readToken(value, { resource: 'graph', isForeignIssuer: () => false, ...expected });
}

/** A job of Contoso whose subject no other test uses. */
const aJob = (overrides: Record<string, unknown> = {}): MailJob =>
  aParsedMailJob({ from: sender, subject: crypto.randomUUID(), ...overrides });

const copiesOf = ({ subject }: MailJob) => cloud.state.messages.filter((message) => message.subject === subject);

async function sent(job: MailJob): Promise<SendReceipt> {
  return transport.send(job, await tokenOf());
}

describe('a mail that Graph accepts', () => {
  test('is the mail of the job', async () => {
    const picture = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
    const job = aJob({
      to: ['anna@customer.example', { address: 'ben@customer.example', name: 'Ben Müller 😀' }],
      cc: [{ address: 'cc@customer.example' }],
      bcc: ['hidden@customer.example'],
      replyTo: [{ address: 'support@contoso.example', name: 'Support' }],
      text: undefined,
      html: '<p>Grüße, <img src="cid:logo"> &amp; 漢字</p>',
      attachments: [
        { name: 'Rechnung März.pdf', contentType: 'application/pdf', content: 'JVBERi0xLjc=' },
        { name: 'logo.png', contentType: 'image/png', content: picture, contentId: 'logo' },
      ],
    });
    await sent(job);
    const copies = copiesOf(job);
    assert.deepEqual(
      copies.map(({ mailbox, folder }) => `${folder} ${mailbox}`).sort(),
      [
        'inbox anna@customer.example',
        'inbox ben@customer.example',
        'inbox cc@customer.example',
        'inbox hidden@customer.example',
        `sentitems ${sender}`,
      ].sort(),
    );
    const kept = copies.find(({ folder }) => folder === 'sentitems');
    assert.deepEqual(kept?.from, { address: sender, name: 'Post' });
    assert.deepEqual([kept?.to, kept?.cc, kept?.bcc, kept?.replyTo], [job.to, job.cc, job.bcc, job.replyTo]);
    assert.deepEqual(kept?.body, { contentType: 'html', content: job.html });
    assert.deepEqual(
      kept?.attachments.map(({ id: _id, ...attachment }) => attachment),
      [
        { name: 'Rechnung März.pdf', contentType: 'application/pdf', content: 'JVBERi0xLjc=', isInline: false },
        { name: 'logo.png', contentType: 'image/png', content: picture, isInline: true, contentId: 'logo' },
      ],
    );
    // Nobody but the one concerned sees a bcc recipient.
    for (const { mailbox, bcc } of copies.filter(({ folder }) => folder === 'inbox')) {
      assert.deepEqual(bcc, mailbox.startsWith('hidden') ? job.bcc : []);
    }
  });

  test('of text is text, line ends and unicode included', async () => {
    const job = aJob({ text: 'Line one\r\nline two\n\ttab – 漢字 😀 \u2028 \uffff \\ "' });
    await sent(job);
    assert.deepEqual(copiesOf(job)[0]?.body, { contentType: 'text', content: job.text });
  });

  test('leaves a copy in Sent Items only if the job wants one', async () => {
    const job = aJob({ saveToSentItems: false });
    await sent(job);
    assert.deepEqual(
      copiesOf(job).map(({ folder }) => folder),
      ['inbox'],
    );
  });

  test('with recipients in bcc alone, and with an empty text, is accepted', async () => {
    const job = aJob({ to: [], bcc: ['hidden@customer.example'], text: '' });
    await sent(job);
    const [, received] = copiesOf(job);
    assert.deepEqual([received?.to, received?.mailbox], [[], 'hidden@customer.example']);
  });

  test('gives the request id under which Microsoft finds it', async () => {
    const { requestId } = await sent(aJob());
    assert.match(requestId ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test('of a mailbox whose address needs encoding comes from that mailbox', async () => {
    for (const from of ["o'brien@contoso.example", 'a+b%41/c?d#e&f=g@contoso.example', 'bücher@contoso.example']) {
      cloud.state.mailboxes.push({ tenantId, id: crypto.randomUUID(), address: from, displayName: 'Odd' });
      const job = aJob({ from });
      await sent(job);
      assert.equal(copiesOf(job).find(({ folder }) => folder === 'sentitems')?.mailbox, from);
    }
  });

  test('is known to be accepted whoever has replaced the classes of fetch in this process', async (t) => {
    globalResponseIs(servers);
    t.after(() => globalResponseIs(fetchs));
    const job = aJob();
    assert.ok((await sent(job)).requestId);
    assert.equal(copiesOf(job).length, 2);
  });

  test('costs one request, and many go side by side', async () => {
    const index = cloud.journal.entries.length;
    const jobs = Array.from({ length: 6 }, () => aJob());
    await Promise.all(jobs.map(sent));
    assert.deepEqual(
      cloud.journal.entries.slice(index).map(({ service, operation, status }) => `${service} ${operation} ${status}`),
      jobs.map(() => 'graph sendMail 202'),
    );
    for (const job of jobs) assert.equal(copiesOf(job).length, 2);
  });
});

describe('a mail that Graph refuses', () => {
  /** The error, once it is sure that nothing left, that one request was made, and that nothing of the mail shows. */
  async function refused(job: MailJob, token: Token) {
    const index = cloud.journal.entries.length;
    const error = await failureOf(transport.send(job, token));
    assert.equal(cloud.journal.entries.length, index + 1);
    assert.deepEqual(copiesOf(job), []);
    const shown = shownOf(error);
    for (const secret of [job.from, job.subject, 'anna@customer', token.value])
      assert.equal(shown.includes(secret), false);
    assert.match(String(error.detail['requestId']), /^[0-9a-f-]{36}$/);
    return { code: error.code, status: error.detail['status'], graphCode: error.detail['graphCode'] };
  }

  test('for a token that another tenant signed is SEND_TOKEN_REFUSED', async () => {
    const token = await tokenOf({}, addTenant(cloud).id);
    const expected = { code: 'SEND_TOKEN_REFUSED', status: 401, graphCode: 'InvalidAuthenticationToken' };
    assert.deepEqual(await refused(aJob(), token), expected);
  });

  test('for a token that has expired is SEND_TOKEN_REFUSED', async () => {
    const token = await tokenOf({ exp: Math.floor(Date.now() / 1000) - 60 });
    const expected = { code: 'SEND_TOKEN_REFUSED', status: 401, graphCode: 'InvalidAuthenticationToken' };
    assert.deepEqual(await refused(aJob(), token), expected);
  });

  test('for want of the role is SEND_FORBIDDEN', async () => {
    const expected = { code: 'SEND_FORBIDDEN', status: 403, graphCode: 'ErrorAccessDenied' };
    assert.deepEqual(await refused(aJob(), await tokenOf({ roles: undefined })), expected);
    assert.deepEqual(await refused(aJob(), await tokenOf({ roles: ['Mail.Read'] })), expected);
  });

  test('for a mailbox that nobody knows is MAILBOX_NOT_FOUND', async () => {
    const job = aJob({ from: 'nobody@contoso.example' });
    const expected = { code: 'MAILBOX_NOT_FOUND', status: 404, graphCode: 'ErrorInvalidUser' };
    assert.deepEqual(await refused(job, await tokenOf()), expected);
  });

  test('for a user without a mailbox is MAILBOX_NOT_FOUND', async () => {
    const address = 'unlicensed@contoso.example';
    const user = { tenantId, id: crypto.randomUUID(), address, displayName: 'Unlicensed', licensed: false };
    cloud.state.mailboxes.push(user);
    const expected = { code: 'MAILBOX_NOT_FOUND', status: 404, graphCode: 'MailboxNotEnabledForRESTAPI' };
    assert.deepEqual(await refused(aJob({ from: address }), await tokenOf()), expected);
  });

  test('for a recipient that Exchange does not take is SEND_REJECTED', async () => {
    const job = aJob({ to: ['anna@-customer.example'] });
    const expected = { code: 'SEND_REJECTED', status: 400, graphCode: 'ErrorInvalidRecipients' };
    assert.deepEqual(await refused(job, await tokenOf()), expected);
  });

  test('for its size is JOB_TOO_LARGE', async () => {
    const content = Buffer.alloc(2_500_000, 1).toString('base64');
    const attachment = { name: 'large.bin', contentType: 'application/octet-stream', content };
    const job = aJob({ attachments: [attachment, { ...attachment, name: 'larger.bin' }] });
    assert.deepEqual(await refused(job, await tokenOf()), {
      code: 'JOB_TOO_LARGE',
      status: 413,
      graphCode: 'BadRequest',
    });
  });
});
