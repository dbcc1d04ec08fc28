/** A mail job as the body of Graph's sendMail: https://learn.microsoft.com/graph/api/user-sendmail */

import type { MailAttachment, MailJob, MailRecipient } from '../mail/mail-job.ts';

export function graphMessage(job: MailJob): object {
  return {
    message: {
      subject: job.subject,
      body:
        job.html === undefined
          ? { contentType: 'Text', content: job.text }
          : { contentType: 'HTML', content: job.html },
      toRecipients: job.to.map(graphRecipient),
      ccRecipients: job.cc.map(graphRecipient),
      bccRecipients: job.bcc.map(graphRecipient),
      replyTo: job.replyTo.map(graphRecipient),
      ...(job.attachments.length === 0 ? {} : { attachments: job.attachments.map(graphAttachment) }),
    },
    saveToSentItems: job.saveToSentItems,
  };
}

function graphRecipient(recipient: MailRecipient): object {
  return { emailAddress: recipient };
}

function graphAttachment({ name, contentType, content, contentId }: MailAttachment): object {
  return {
    '@odata.type': '#microsoft.graph.fileAttachment',
    name,
    contentType,
    contentBytes: content,
    ...(contentId === undefined ? {} : { contentId, isInline: true }),
  };
}
