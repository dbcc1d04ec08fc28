/** Mailboxes: whose they are, and whether they have a licence. Their switches in Exchange are for its cmdlets. */

import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { messagesIn, removeMessage } from '../mail/folders.ts';
import type { Mailbox } from '../state.ts';
import { mailState } from '../state/mail.ts';
import { change } from './merge-patch.ts';
import { noSuch, Problem } from './problem.ts';
import { parse, readJson, readQuery } from './read-body.ts';
import { created, done, ok, part, resource } from './resource.ts';
import { requireTenant } from './tenants.ts';

const editable = mailState.mailboxes.element.pick({ displayName: true, licensed: true });
const newMailbox = editable.extend({
  tenantId: z.string(),
  address: z.email(),
  id: z.guid().exactOptional(),
  displayName: z.string().exactOptional(),
});
const query = z.strictObject({ tenantId: z.string().exactOptional() });

export function mailboxRoutes(app: Hono, cloud: CloudContext): void {
  const { state } = cloud;
  resource(app, '/mailboxes', {
    GET: (c) => {
      const { tenantId } = readQuery(c, query);
      const of = tenantId === undefined ? undefined : requireTenant(cloud, tenantId).id;
      return ok(c, { mailboxes: state.mailboxes.filter((one) => of === undefined || one.tenantId === of) });
    },
    POST: async (c) => {
      const mailbox = addMailbox(cloud, await readJson(c));
      return created(c, `/mailboxes/${encodeURIComponent(mailbox.address)}`, mailbox);
    },
  });
  resource(app, '/mailboxes/:address', {
    GET: (c) => ok(c, requireMailbox(cloud, part(c, 'address'))),
    PATCH: async (c) => {
      const mailbox = requireMailbox(cloud, part(c, 'address'));
      change(mailbox, editable, await readJson(c));
      return ok(c, mailbox);
    },
    DELETE: (c) => {
      const mailbox = requireMailbox(cloud, part(c, 'address'));
      for (const message of messagesIn(cloud, mailbox.address)) removeMessage(cloud, message);
      state.mailboxes = state.mailboxes.filter((one) => one !== mailbox);
      return done(c);
    },
  });
}

export function addMailbox(cloud: CloudContext, given: unknown): Mailbox {
  const { tenantId, address, id = crypto.randomUUID(), ...rest } = parse(newMailbox, given);
  const tenant = requireTenant(cloud, tenantId);
  if (findMailbox(cloud, address) !== undefined) throw new Problem(409, `"${address}" is a mailbox already.`);
  const mailbox = { displayName: address.slice(0, address.indexOf('@')), ...rest, tenantId: tenant.id, id, address };
  cloud.state.mailboxes.push(mailbox);
  return mailbox;
}

const findMailbox = ({ state }: CloudContext, address: string): Mailbox | undefined =>
  state.mailboxes.find((one) => one.address.toLowerCase() === address.toLowerCase());

function requireMailbox(cloud: CloudContext, address: string): Mailbox {
  const mailbox = findMailbox(cloud, address);
  if (mailbox === undefined) throw noSuch('mailbox', address);
  return mailbox;
}
