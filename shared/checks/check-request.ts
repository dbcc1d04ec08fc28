/** What the doctor may be asked, over HTTP and in process alike. */

import { z } from 'zod';
import { address } from '../mail-address.ts';
import { tenantReference } from '../tenants/tenant-directory.ts';

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isTenantId = (text: string): boolean => guid.test(text);

const mailbox = address.meta({ description: 'The mailbox that is to send. Without it only the tenant is looked at.' });
const sendTo = address.meta({ description: 'Sends a real message there from the mailbox, if nothing else is wrong.' });

export const checkPath = z.object({ tenant: tenantReference });
export const checkBody = z
  .strictObject({ mailbox: mailbox.optional(), sendTo: sendTo.optional() })
  .refine(({ mailbox: from, sendTo: to }) => to === undefined || from !== undefined, {
    path: ['mailbox'],
    error: 'the mailbox that is to send to sendTo',
  });

export const checkRequest = z.object({
  tenant: tenantReference,
  mailbox: address.optional(),
  sendTo: address.optional(),
});
