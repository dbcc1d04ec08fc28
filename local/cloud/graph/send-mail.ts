/** `POST /v1.0/users/{user}/sendMail`: https://learn.microsoft.com/graph/api/user-sendmail. */

import type { CloudContext } from '../cloud.ts';
import type { AccessTokenClaims } from '../tokens.ts';
import { requireRole, senderMailbox } from './authorize.ts';
import { deliver } from './deliver.ts';
import { readSendMail } from './message.ts';
import { isBase64 } from './odata.ts';
import { readRecipients, requireOwnAddress } from './recipients.ts';
import { GraphRefusal, notImplemented } from './refusal.ts';

interface SendMailRequest {
  claims: AccessTokenClaims;
  /** Id or user principal name, as it stands in the path. */
  user: string;
  contentType: string;
  /** Absent when the request was larger than Graph takes. */
  body: string | undefined;
}

/** Returns when the message lies in the mailboxes. @throws GraphRefusal when nothing was sent. */
export function sendMail(cloud: CloudContext, { claims, user, contentType, body }: SendMailRequest): void {
  if (body === undefined) throw tooLarge();
  requireRole(claims, 'Mail.Send');
  const mailbox = senderMailbox(cloud, claims.tid, user);
  const mail = readSendMail(parseBody(contentType, body));
  const recipients = readRecipients(mail.message);
  requireOwnAddress(mailbox, [mail.message.from, mail.message.sender]);
  deliver(cloud, mailbox, mail, recipients);
}

function parseBody(contentType: string, body: string): unknown {
  if (/^text\/plain\b/i.test(contentType)) throw refuseMime(body);
  try {
    if (/^application\/json\b/i.test(contentType)) return JSON.parse(body);
  } catch {
    // The same answer as for a body that is not called JSON.
  }
  // https://github.com/microsoftgraph/microsoft-graph-docs/issues/6259
  throw new GraphRefusal({
    status: 400,
    code: 'BadRequest',
    message:
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    reason: 'body is not JSON',
  });
}

function refuseMime(body: string): GraphRefusal {
  if (isBase64(body)) return notImplemented('messages in MIME format');
  return new GraphRefusal({
    status: 400,
    code: 'ErrorMimeContentInvalidBase64String',
    message: 'Invalid base64 string for MIME content.',
    reason: 'MIME body is not base64',
  });
}

function tooLarge(): GraphRefusal {
  // https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/682
  return new GraphRefusal({
    status: 413,
    code: 'BadRequest',
    message: 'The maximum request length supported is 4MB.',
    reason: 'request over 4 MB',
  });
}
