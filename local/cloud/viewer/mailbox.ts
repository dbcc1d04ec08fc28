/** The messages of one mailbox, newest first. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { folderTitles } from '../mail/folders.ts';
import type { Html } from '../page.ts';
import type { StoredMessage } from '../state.ts';
import { badge, person, subjectOf, table, time } from './fragments.ts';
import { messagePath } from './paths.ts';

/** Nothing when there is no such mailbox and nobody wrote to the address either. */
export function mailboxPage(cloud: CloudContext, address: string): Html | undefined {
  const { mailboxes, messages } = cloud.state;
  const isIt = (other: string): boolean => other.toLowerCase() === address.toLowerCase();
  const mailbox = mailboxes.find((one) => isIt(one.address));
  const found = messages.filter((message) => isIt(message.mailbox));
  if (!mailbox && found.length === 0) return undefined;
  const tenant = cloud.state.tenants.find(({ id }) => id === mailbox?.tenantId);
  const owner = mailbox
    ? `${mailbox.displayName}, ${tenant?.displayName ?? mailbox.tenantId}`
    : 'Outside of the tenants';
  return html`<h1>${mailbox?.address ?? address.toLowerCase()}</h1>
    <p class="soft">${owner}${mailbox?.licensed === false ? html` ${badge('no licence', 'bad')}` : ''}</p>
    ${found.length === 0 ? html`<p>No messages yet.</p>` : messageTable(found)}`;
}

function messageTable(messages: readonly StoredMessage[]): Html {
  // Reversed first: of two in the same millisecond the later one stands on top.
  const newestFirst = messages.toReversed().sort((a, b) => b.receivedAt - a.receivedAt);
  const rows = newestFirst.map((message) => [
    html`<a class="subject" href="${messagePath(message.id)}">${subjectOf(message.subject)}</a>`,
    person(message.from),
    recipients(message),
    folderBadge(message.folder),
    time(message.receivedAt),
  ]);
  return table({ kind: 'messages', caption: 'Messages', columns: ['Subject', 'From', 'To', 'Folder', 'Time'], rows });
}

export function folderBadge(folder: StoredMessage['folder']): Html {
  return badge(folderTitles[folder], folder === 'inbox' ? 'good' : folder === 'drafts' ? 'wait' : 'plain');
}

/** The first recipient, and how many more there are. */
function recipients({ to, cc, bcc }: StoredMessage): Html {
  const [first, ...more] = [...to, ...cc, ...bcc];
  if (!first) return html``;
  return more.length === 0 ? person(first) : html`${person(first)} <span class="soft">and ${more.length} more</span>`;
}
