/** What becomes of a message that Exchange has accepted: copies in mailboxes, and reports of those that had none. */

import type { CloudContext } from '../cloud.ts';
import type { EmailAddress, Mailbox, StoredMessage } from '../state.ts';
import { addMessage, moveToSentItems, type NewMessage, removeMessage } from './folders.ts';
import { newMessageId } from './ids.ts';
import { nonDeliveryReport } from './non-delivery.ts';

/** A message on its way, from whichever protocol. */
export type OutgoingMessage = Pick<
  NewMessage,
  'to' | 'cc' | 'bcc' | 'replyTo' | 'subject' | 'body' | 'headers' | 'attachments'
> &
  Partial<Pick<NewMessage, 'from' | 'sender' | 'importance' | 'internetMessageId' | 'mime' | 'extendedProperties'>>;

export interface Submission {
  /** The mailbox that submits. */
  sender: Mailbox;
  message: OutgoingMessage;
  saveToSentItems: boolean;
  /** Who gets a copy, where that is not who the message names: RCPT TO. */
  envelope?: readonly string[];
}

/** Who sends by which protocol: its clock dates the copies. */
export type SubmissionService = 'graph' | 'smtp';

/** Delivers a message that its caller has checked. */
export function submit(cloud: CloudContext, service: SubmissionService, submission: Submission): void {
  const { sender, message, saveToSentItems } = submission;
  const outgoing = completed(cloud, service, sender, message);
  const { settling } = cloud.state;
  if (saveToSentItems || settling > 0) {
    const copy = addMessage(cloud, {
      ...outgoing,
      mailbox: sender.address,
      folder: 'drafts',
      isDraft: true,
      isRead: true,
    });
    leaveDrafts(cloud, service, copy, saveToSentItems);
  }
  distribute(cloud, service, sender, outgoing, submission.envelope);
}

/**
 * Tells Exchange to remove the message once it has sent it:
 * https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxomsg/9b23dc42-c17b-4944-ba0e-a70ec9f90d64
 */
const deleteAfterSubmit = /^boolean 0x0?e01$/i;

/** Delivers what lies in Drafts. It stays there until it settles, and can be sent again for so long. */
export function submitDraft(
  cloud: CloudContext,
  service: SubmissionService,
  sender: Mailbox,
  draft: StoredMessage,
): void {
  draft.receivedAt = cloud.now(service);
  draft.modifiedAt = draft.receivedAt;
  draft.from = named(cloud, draft.from);
  const content = withoutIds(draft);
  const isRemoved = draft.extendedProperties.some(({ id, value }) => deleteAfterSubmit.test(id) && value === 'true');
  if (!isRemoved) leaveDrafts(cloud, service, draft, true);
  distribute(cloud, service, sender, content);
  // Not before the others have their copies, whose large attachments are the same files.
  if (isRemoved) leaveDrafts(cloud, service, draft, false);
}

function leaveDrafts(cloud: CloudContext, service: SubmissionService, copy: StoredMessage, saved: boolean): void {
  const { settling, settlingMessages } = cloud.state;
  if (settling > 0) {
    if (settlingMessages.some(({ immutableId }) => immutableId === copy.immutableId)) return;
    settlingMessages.push({ immutableId: copy.immutableId, settlesAt: cloud.now(service) + settling, saved });
    return;
  }
  if (saved) moveToSentItems(cloud, copy);
  else removeMessage(cloud, copy);
}

/** What all copies have in common, as it is when transport takes it. */
type Outgoing = Omit<NewMessage, 'mailbox' | 'folder' | 'isDraft' | 'isRead'>;

function completed(
  cloud: CloudContext,
  service: SubmissionService,
  sender: Mailbox,
  message: OutgoingMessage,
): Outgoing {
  return {
    ...message,
    from: named(cloud, message.from ?? { address: sender.address }),
    internetMessageId: message.internetMessageId ?? newMessageId(sender.address),
    importance: message.importance ?? 'normal',
    extendedProperties: message.extendedProperties ?? [],
    flags: [],
    receivedAt: cloud.now(service),
  };
}

function withoutIds(draft: StoredMessage): Outgoing {
  const { id, immutableId, uid, mailbox, folder, isDraft, isRead, createdAt, modifiedAt, ...content } = draft;
  return { ...content, flags: [] };
}

/** One copy for each recipient, however often the address is named. */
function distribute(
  cloud: CloudContext,
  service: SubmissionService,
  sender: Mailbox,
  message: Outgoing,
  envelope?: readonly string[],
): void {
  const { to, cc, bcc } = message;
  const reached = new Set<string>();
  const unknown: string[] = [];
  for (const address of envelope ?? [...to, ...cc, ...bcc].map((one) => one.address)) {
    const key = address.toLowerCase();
    if (reached.has(key)) continue;
    reached.add(key);
    const known = mailboxOf(cloud, key);
    if (known === undefined && isOwnDomain(cloud, key)) {
      unknown.push(address);
      continue;
    }
    const own = bcc.filter((one) => one.address.toLowerCase() === key);
    addMessage(cloud, {
      ...message,
      mailbox: known?.address ?? key,
      folder: 'inbox',
      isDraft: false,
      isRead: false,
      bcc: own,
      // They stay with the copy that they were set on.
      extendedProperties: [],
    });
  }
  if (unknown.length > 0) addMessage(cloud, nonDeliveryReport(cloud, service, sender, message, unknown));
}

/** By the address, or by it without `+tag`: https://learn.microsoft.com/exchange/recipients-in-exchange-online/plus-addressing-in-exchange-online. */
function mailboxOf(cloud: CloudContext, address: string): Mailbox | undefined {
  const plain = address.replace(/\+[^@]*(?=@)/, '');
  const find = (wanted: string) =>
    cloud.state.mailboxes.find((one) => one.address.toLowerCase() === wanted && one.licensed !== false);
  return find(address) ?? find(plain);
}

function isOwnDomain(cloud: CloudContext, address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return cloud.state.tenants.some((tenant) => tenant.domain.toLowerCase() === domain);
}

/** The name of a sender is the directory's, whatever the request says. */
function named(cloud: CloudContext, { address, name }: EmailAddress): EmailAddress {
  const mailbox = cloud.state.mailboxes.find((one) => one.address.toLowerCase() === address.toLowerCase());
  if (mailbox) return { address: mailbox.address, name: mailbox.displayName };
  return { address, ...(name && { name }) };
}
