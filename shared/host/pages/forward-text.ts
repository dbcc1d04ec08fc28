/** What somebody who cannot consent sends on to somebody who can. Plain text: it is pasted into a mail. */

import type { Invitation } from '../../tenants/invitation.ts';
import type { Vendor } from '../../vendor-settings.ts';
import { momentText } from './fragments.ts';
import { asker } from './names.ts';
import { leastRights, rightWords } from './rights.ts';

interface Forwarded {
  readonly invitation: Invitation;
  readonly vendor: Vendor;
  readonly link: string;
}

export function forwardText({ invitation, vendor, link }: Forwarded): string {
  const { rights = leastRights, mailboxes = [], domain, expiresAt } = invitation;
  const names = rights.map((right) => `- ${rightWords[right].name} (${right})`);
  const concerned = mailboxes.length === 0 ? [] : ['', `It is for these mailboxes: ${mailboxes.join(', ')}.`];
  return [
    'Hello,',
    '',
    `${asker(vendor)} asks to send mail for ${domain ?? 'our organisation'} through Microsoft 365, and only an administrator can allow it. It would get:`,
    ...names,
    ...concerned,
    '',
    `This page says what that means and leads to Microsoft, until ${momentText(expiresAt)}:`,
    link,
  ].join('\n');
}
