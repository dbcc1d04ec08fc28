/** What was delivered: listed without what it says, and given whole where one message is asked for. */

import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { contentOf } from '../mail/content.ts';
import { removeMessage, settle } from '../mail/folders.ts';
import type { StoredContent, StoredMessage } from '../state.ts';
import { mailState } from '../state/mail.ts';
import { noSuch } from './problem.ts';
import { readQuery } from './read-body.ts';
import { done, ok, part, resource } from './resource.ts';

const query = z.strictObject({
  mailbox: z.string().exactOptional(),
  folder: mailState.messages.element.shape.folder.exactOptional(),
});

export function messageRoutes(app: Hono, cloud: CloudContext): void {
  resource(app, '/messages', {
    GET: (c) => ok(c, { messages: chosen(cloud, readQuery(c, query)).map(summary) }),
    DELETE: (c) => {
      for (const message of chosen(cloud, readQuery(c, query))) removeMessage(cloud, message);
      return done(c);
    },
  });
  resource(app, '/messages/:id', {
    GET: (c) => {
      settle(cloud);
      const message = cloud.state.messages.find(({ id }) => id === part(c, 'id'));
      if (message === undefined) throw noSuch('message', part(c, 'id'));
      return ok(c, withContent(cloud, message));
    },
  });
}

/** The messages that a query is about, in the order in which they came. */
function chosen(cloud: CloudContext, { mailbox, folder }: z.output<typeof query>): StoredMessage[] {
  settle(cloud);
  const address = mailbox?.toLowerCase();
  return cloud.state.messages.filter(
    (one) =>
      (address === undefined || one.mailbox.toLowerCase() === address) &&
      (folder === undefined || one.folder === folder),
  );
}

function summary({ id, internetMessageId, mailbox, folder, subject, receivedAt }: StoredMessage) {
  return { id, internetMessageId, mailbox, folder, subject, receivedAt };
}

/** All of it as base64, also what the cloud keeps in files. */
function withContent(cloud: CloudContext, message: StoredMessage) {
  const base64 = (content: StoredContent): string => contentOf(cloud, content).toString('base64');
  const attachments = message.attachments.map((one) => ({ ...one, content: base64(one.content) }));
  return { ...message, attachments, ...(message.mime !== undefined && { mime: base64(message.mime) }) };
}
