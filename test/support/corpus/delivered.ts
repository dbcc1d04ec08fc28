/** A mail as its recipient finds it, and as its job wants it: both in one form, to be compared. */

import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { contentOf } from '../../../local/cloud/mail/content.ts';
import type { StoredMessage } from '../../../local/cloud/state.ts';
import type { Mail } from '../../../shared/mail/job/mail.ts';
import type { TestCloud } from '../cloud.ts';
import { decoded, readMessage } from './read-message.ts';

interface Addressed {
  readonly address: string;
  readonly name: string;
}

export interface Delivered {
  readonly to: readonly Addressed[];
  readonly cc: readonly Addressed[];
  readonly replyTo: readonly Addressed[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly importance: string;
  /** The job's own, by name in small letters. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly listUnsubscribe: readonly string[];
  readonly calendar: readonly string[];
  /** In no order: inline images stand before the others in MIME. */
  readonly attachments: readonly string[];
}

/** What the job wants, as far as a message can show it. */
export async function wanted(
  { job, text = '', html = '', calendar, attachments }: Mail,
  isMime: boolean,
): Promise<Delivered> {
  const { mailto, url, oneClick = false } = job.listUnsubscribe ?? {};
  const ways = [...(url === undefined ? [] : [`<${url}>`]), ...(mailto === undefined ? [] : [`<mailto:${mailto}>`])];
  const files = attachments.map(async ({ name, contentType, contentId, content }) => {
    // RFC 2046 section 5.2.1: no encoding hides the line ends of a message from the way.
    const octets = await content.whole();
    const sent =
      isMime && /^message\//i.test(contentType)
        ? Buffer.from(lines(octets.toString('latin1'), '\r\n'), 'latin1')
        : octets;
    return attachment(name, contentType, contentId, sent);
  });
  return {
    to: job.to.map(addressed),
    cc: job.cc.map(addressed),
    replyTo: job.replyTo.map(addressed),
    subject: job.subject,
    text: isMime ? whole(text) : html === '' ? text : '',
    html: isMime ? whole(html) : html,
    importance: job.importance,
    headers: job.headers.map(({ name, value }) => [name.toLowerCase(), value] as const).sort(),
    listUnsubscribe: [
      ...(ways.length === 0 ? [] : [ways.join(', ')]),
      ...(oneClick ? ['List-Unsubscribe=One-Click'] : []),
    ],
    calendar: calendar === undefined ? [] : [calendar.method, whole(calendar.content)],
    attachments: (await Promise.all(files)).sort(),
  };
}

/** What lies in a mailbox. */
export function delivered(cloud: TestCloud, message: StoredMessage): Delivered {
  return message.mime === undefined ? ofJson(cloud, message) : ofMime(contentOf(cloud, message.mime));
}

function ofJson(cloud: TestCloud, message: StoredMessage): Delivered {
  const { to, cc, replyTo, subject, body, importance = 'normal', headers, attachments } = message;
  return {
    to: to.map(addressed),
    cc: cc.map(addressed),
    replyTo: replyTo.map(addressed),
    subject,
    text: body.contentType === 'text' ? body.content : '',
    html: body.contentType === 'html' ? body.content : '',
    importance,
    headers: headers.map(({ name, value }) => [name.toLowerCase(), value] as const).sort(),
    listUnsubscribe: [],
    calendar: [],
    attachments: attachments
      .map(({ name, contentType, contentId, isInline, content }) =>
        attachment(name, contentType, isInline ? contentId : undefined, contentOf(cloud, content)),
      )
      .sort(),
  };
}

function ofMime(octets: Buffer): Delivered {
  const message = readMessage(octets);
  const bodies = message.leaves.filter(({ disposition }) => disposition === undefined);
  const textOf = (type: string): string => bodies.find((leaf) => leaf.type === type)?.octets.toString() ?? '';
  const invitation = bodies.find(({ type }) => type === 'text/calendar');
  const own = message.names.filter((name) => name.startsWith('x-') && name !== 'x-priority');
  return {
    to: message.addresses('to').map(addressed),
    cc: message.addresses('cc').map(addressed),
    replyTo: message.addresses('reply-to').map(addressed),
    subject: decoded(message.fields('subject')[0] ?? ''),
    text: whole(textOf('text/plain')),
    html: whole(textOf('text/html')),
    importance: message.fields('importance')[0] ?? 'normal',
    headers: [...new Set(own)]
      .flatMap((name) => message.fields(name).map((value) => [name, decoded(value)] as const))
      .sort(),
    listUnsubscribe: [...message.fields('list-unsubscribe'), ...message.fields('list-unsubscribe-post')],
    calendar: invitation ? [invitation.parameters.get('method') ?? '', whole(invitation.octets.toString())] : [],
    attachments: message.leaves
      .filter(({ disposition }) => disposition !== undefined)
      .map(({ name, type, contentId, disposition, octets: content }) =>
        attachment(name, type, disposition === 'inline' ? contentId : undefined, content),
      )
      .sort(),
  };
}

function addressed({ address, name }: { address?: string | undefined; name?: string | undefined }): Addressed {
  return { address: inAscii(address ?? ''), name: name ?? '' };
}

/** Where the local part is beyond ASCII, so is the domain in MIME. */
export function inAscii(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1))}`;
}

function attachment(name: string, contentType: string, contentId: string | undefined, content: Buffer): string {
  const [type = ''] = contentType.split(';');
  const digest = createHash('sha256').update(content).digest('hex');
  const id = contentId?.replace(/^<(.*)>$/, '$1');
  return JSON.stringify({ name, type: type.toLowerCase(), id, bytes: content.length, digest });
}

const lines = (text: string, end: string): string => text.replaceAll(/\r\n|\r|\n/g, end);

/** Text in MIME is made of lines, and where it stands alone in a message the last of them ends. */
function whole(text: string): string {
  const all = lines(text, '\n');
  return /^\n?$/.test(all) || all.endsWith('\n') ? all.replace(/^\n$/, '') : `${all}\n`;
}
