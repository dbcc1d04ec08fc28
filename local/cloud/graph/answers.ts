/** Which function answers which operation. */

import {
  addAttachment,
  deleteAttachment,
  getAttachment,
  getAttachmentContent,
  listAttachments,
} from './attachments.ts';
import type { GraphOperation } from './call.ts';
import { getUser, listOrganization, listUsers } from './directory.ts';
import { getMailFolder, listMailFolders } from './mail-folders.ts';
import { createMessage, deleteMessage, getMessage, getMessageContent, listMessages } from './messages.ts';
import { notImplemented } from './refusal.ts';
import { sendMail } from './send-mail.ts';
import { sendMessage } from './send-message.ts';
import { updateMessage } from './update-message.ts';
import { createUploadSession } from './upload-session.ts';

const operations: Readonly<Record<string, GraphOperation>> = {
  listUsers,
  getUser,
  listOrganization,
  sendMail,
  listMessages,
  createMessage,
  getMessage,
  updateMessage,
  deleteMessage,
  getMessageContent,
  sendMessage,
  createUploadSession,
  listAttachments,
  addAttachment,
  getAttachment,
  deleteAttachment,
  getAttachmentContent,
  listMailFolders,
  getMailFolder,
};

/** @param operation as the table of paths names it. */
export function answers(operation: string): GraphOperation {
  const answer = operations[operation];
  if (answer === undefined) throw notImplemented(`the operation ${operation}`);
  return answer;
}
