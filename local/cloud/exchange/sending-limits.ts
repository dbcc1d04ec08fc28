/**
 * What one mailbox may send, over Graph and SMTP together:
 * https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits-1.
 */

import type { CloudContext } from '../cloud.ts';
import { messageBytes } from '../mail/content.ts';
import type { CloudState, Mailbox } from '../state.ts';
import type { SendingUse } from '../state/limits.ts';
import { organizationOf } from './organization.ts';
import { isSame } from './same.ts';
import { secondsUntilFree, useOf, withUse } from './sliding-window.ts';

export type Submission = 'allowed' | 'messages-per-minute' | 'recipients-per-day' | 'mailbox-full' | 'too-large';

/**
 * Whether the mailbox may send one more message now. Notes it when it may: call it once for each message, when nothing
 * else can refuse it any more.
 *
 * @param bytes the size of the whole message.
 */
export function admitSubmission(
  cloud: CloudContext,
  service: 'graph' | 'smtp',
  mailbox: Mailbox,
  { recipients, bytes }: { recipients: number; bytes: number },
): Submission {
  const { sending } = cloud.state.limits;
  const { maxSendSize = sending.messageBytes, prohibitSendQuota } = mailbox.exchange ?? {};
  if (bytes > maxSendSize) return 'too-large';
  if (prohibitSendQuota !== undefined && bytesIn(cloud.state, mailbox) > prohibitSendQuota) return 'mailbox-full';

  const now = cloud.now(service);
  const use = sendingUseOf(cloud.state, mailbox);
  if (useOf(use.messages, sending.messages, now) >= sending.messages.most) return 'messages-per-minute';
  if (useOf(use.recipients, sending.recipients, now) + recipients > sending.recipients.most) {
    return 'recipients-per-day';
  }
  use.messages = withUse(use.messages, sending.messages, now, 1);
  use.recipients = withUse(use.recipients, sending.recipients, now, recipients);
  return 'allowed';
}

/** In how many seconds one more message would be within the rate. */
export function secondsUntilAdmitted(cloud: CloudContext, service: 'graph' | 'smtp', mailbox: Mailbox): number {
  const { messages } = cloud.state.limits.sending;
  return secondsUntilFree(sendingUseOf(cloud.state, mailbox).messages, messages, cloud.now(service), 1);
}

/**
 * The most recipients that one message of the mailbox may have: its own limit, or else the organization's
 * (https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox#-recipientlimits).
 */
export function maxRecipients(state: CloudState, mailbox: Mailbox): number {
  const { recipientLimits } = mailbox.exchange ?? {};
  const { maxRecipientsPerMessage } = organizationOf(state, mailbox.tenantId);
  return recipientLimits ?? maxRecipientsPerMessage ?? state.limits.sending.recipientsPerMessage;
}

function sendingUseOf(state: CloudState, { tenantId, address }: Mailbox): SendingUse {
  const known = state.sendingUse.find((one) => one.tenantId === tenantId && isSame(one.mailbox, address));
  if (known !== undefined) return known;
  const made = { tenantId, mailbox: address, messages: [], recipients: [] };
  state.sendingUse.push(made);
  return made;
}

const bytesIn = (state: CloudState, { address }: Mailbox): number =>
  state.messages
    .filter((message) => isSame(message.mailbox, address))
    .reduce((sum, message) => sum + messageBytes(message), 0);
