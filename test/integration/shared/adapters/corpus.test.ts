/** Some hundred awkward mails, each over Graph and over SMTP: what arrives is what was asked for. Needs loopback only. */

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { after, test } from 'node:test';
import { contentOf } from '../../../../local/cloud/mail/content.ts';
import type { StoredMessage } from '../../../../local/cloud/state.ts';
import { needsMime } from '../../../../shared/adapters/graph/graph-message.ts';
import { SmtpCarrier } from '../../../../shared/adapters/smtp/smtp-carrier.ts';
import { TenantpostError } from '../../../../shared/errors.ts';
import type { Carrier } from '../../../../shared/mail/carrier.ts';
import type { Mail } from '../../../../shared/mail/job/mail.ts';
import type { Token } from '../../../../shared/tokens/token.ts';
import { corpus, corpusBlobs, type Specimen } from '../../../support/corpus/corpus.ts';
import { type Delivered, delivered, inAscii, wanted } from '../../../support/corpus/delivered.ts';
import { graphCarrier, graphToken, withoutLimits } from '../../../support/graph-delivery.ts';
import { customers } from '../../../support/cloud.ts';
import { post, startMailCloud } from '../../../support/mail-servers.ts';
import { aMail, outlookToken } from '../../../support/outgoing-mail.ts';

/** So many mails are under way at once, each from a mailbox of its own, by which its copies are told from others. */
const senders = Array.from({ length: 8 }, (_, number) => `post@corpus${number}.example`);
const { id: tenantId } = customers.contoso;

const cloud = await startMailCloud((state) => {
  const app = state.exchangeServicePrincipals.find((one) => one.tenantId === tenantId);
  assert.ok(app);
  for (const address of senders) {
    state.mailboxes.push({ tenantId, id: crypto.randomUUID(), address, displayName: 'Post' });
    state.mailboxPermissions.push({ tenantId, mailbox: address, user: app.objectId, accessRights: ['FullAccess'] });
  }
});
after(() => cloud.stop());
withoutLimits(cloud);

const specimens = corpus();

test('the corpus has at least 200 mails, each awkward in another way', () => {
  assert.ok(specimens.length >= 200, `${specimens.length} mails`);
  assert.equal(new Set(specimens.map(({ title }) => title)).size, specimens.length);
});

test('over SMTP every mail arrives as its job wants it, or is refused with its field', async () => {
  const carrier = new SmtpCarrier(`localhost:${new URL(cloud.urls.smtp).port}`, Date.now);
  await send(
    carrier,
    () => outlookToken(cloud),
    () => true,
  );
});

test('over Graph every mail arrives as its job wants it, or is refused', async () => {
  await send(graphCarrier(cloud), () => graphToken(cloud), needsMime);
});

/** Sends the whole corpus and fails with everything that came out otherwise. */
async function send(carrier: Carrier, token: () => Promise<Token>, isMime: (mail: Mail) => boolean): Promise<void> {
  const problems: Record<string, unknown> = {};
  const isReady = ([, { job }]: [number, Specimen]): boolean => 'mime' in job;
  const all = [...specimens.entries()];
  const [ready, others] = [all.filter(isReady), all.filter((one) => !isReady(one))];
  const work = async (from: string): Promise<void> => {
    // The ready ones say themselves whom they are from.
    const mine = from === post ? ready : others;
    for (let next = mine.shift(); next !== undefined; next = mine.shift()) {
      const [index, specimen] = next;
      const job = { to: ['anna@customer.example'], ...specimen.job, id: `corpus-${index}`, from };
      const mail = await aMail(job, corpusBlobs);
      const problem = await outcomeOf(carrier, mail, await token(), specimen, isMime(mail));
      if (problem !== undefined) problems[specimen.title] = problem;
      forget(from);
    }
  };
  await Promise.all([post, ...senders].map(work));
  assert.deepEqual(problems, {});
}

const copiesFrom = (from: string): StoredMessage[] =>
  cloud.state.messages.filter(({ folder, from: { address } }) => folder === 'inbox' && address === from);

function forget(from: string): void {
  cloud.state.messages = cloud.state.messages.filter(({ from: { address } }) => address !== from);
}

async function outcomeOf(
  carrier: Carrier,
  mail: Mail,
  token: Token,
  { refused, lostByGraph = [] }: Specimen,
  isMime: boolean,
): Promise<unknown> {
  const expected = refused?.[carrier.transport];
  try {
    await carrier.send({ mail, token, progress: undefined, record: () => Promise.resolve() });
  } catch (error) {
    if (!(error instanceof TenantpostError)) throw error;
    const { code, detail } = error;
    const isExpected = expected?.code === code && (expected.field === undefined || expected.field === detail['field']);
    const left = copiesFrom(mail.job.from).length;
    return isExpected && left === 0 ? undefined : { code, detail, left };
  }
  if (expected !== undefined) return `sent, though ${expected.code}`;
  const found = await problemsOf(mail, isMime);
  const lost = carrier.transport === 'graph' ? lostByGraph : [];
  return isDeepStrictEqual(Object.keys(found), lost) ? undefined : found;
}

async function problemsOf(mail: Mail, isMime: boolean): Promise<Record<string, unknown>> {
  const { job } = mail;
  const envelope = [...job.to, ...job.cc, ...job.bcc].map(({ address }) => inAscii(address).toLowerCase());
  const copies = copiesFrom(job.from);
  const problems: Record<string, unknown> = {};
  const reached = copies.map(({ mailbox }) => inAscii(mailbox).toLowerCase());
  if (!isDeepStrictEqual(reached.sort(), envelope.sort())) problems['recipients'] = { reached, envelope };
  const [copy] = copies;
  if (copy === undefined) return { ...problems, copies: 0 };
  const seen = copies.filter((one) =>
    showsBlind(
      one,
      job.bcc.map(({ address }) => address),
    ),
  );
  if (seen.length > 0) problems['bcc'] = seen.map(({ mailbox }) => mailbox);
  if (mail.mime !== undefined) return { ...problems, ...rawProblem(copy, await mail.mime.whole()) };
  if (isMime && copy.mime !== undefined) Object.assign(problems, lineProblem(contentOf(cloud, copy.mime)));
  return { ...problems, ...differences(delivered(cloud, copy), await wanted(mail, isMime)) };
}

function differences(arrived: Delivered, asked: Delivered): Record<string, unknown> {
  const keys = Object.keys(asked) as (keyof Delivered)[];
  const differing = keys.filter((key) => !isDeepStrictEqual(arrived[key], asked[key]));
  return Object.fromEntries(differing.map((key) => [key, { arrived: shown(arrived[key]), asked: shown(asked[key]) }]));
}

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 300);

/** A copy of somebody else's, in which a blind recipient can be read. */
function showsBlind(copy: StoredMessage, blind: readonly string[]): boolean {
  const others = blind.filter((address) => address.toLowerCase() !== copy.mailbox.toLowerCase());
  const raw = copy.mime === undefined ? JSON.stringify([copy.to, copy.cc]) : contentOf(cloud, copy.mime).toString();
  return others.some((address) => raw.includes(address));
}

/** A ready message arrives to the octet, with line ends as mail has them, without a Bcc, and with what it is found by. */
function rawProblem(copy: StoredMessage, mime: Buffer): Record<string, unknown> {
  const asked = mime
    .toString('latin1')
    .replaceAll(/\r\n|\r|\n/g, '\r\n')
    .replace(/^Bcc:.*\r\n(?: .*\r\n)*/m, '');
  const raw = copy.mime === undefined ? '' : contentOf(cloud, copy.mime).toString('latin1');
  // Servers add one to a message without: RFC 6409 section 8.3.
  const mark = /^Message-ID:/im.test(asked) ? /^x-tenantpost-job: [0-9a-f]{32}\r\n/ : /^Message-ID: <[^<>]+>\r\n/;
  const arrived = raw.replace(mark, '');
  return arrived === asked ? {} : { arrived: arrived.slice(0, 500), asked: asked.slice(0, 500) };
}

/** RFC 5322 section 2.3. */
function lineProblem(raw: Buffer): Record<string, unknown> {
  const text = raw.toString('latin1');
  const bare = /\r(?!\n)|(?<!\r)\n/.test(text);
  const longest = text.split('\r\n').reduce((most, { length }) => Math.max(most, length), 0);
  return bare || longest > 998 ? { lines: { bare, longest } } : {};
}
