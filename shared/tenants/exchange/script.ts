/** The commands as a script that may be run again. */

import { nothingToDo, protocolsOf, smtpForAll } from './commands.ts';
import type { ExchangeSetup } from './exchange-setup.ts';
import { scriptOpening } from './opening.ts';
import { needsMailboxPermission, sendsBySmtp, switchesOf } from './protocols.ts';
import { closing, eachMailbox, registerPrincipal, setSwitch, step } from './steps.ts';

export function script(setup: ExchangeSetup): string[] {
  if (!needsMailboxPermission(setup.rights)) return nothingToDo(setup);
  const smtp = sendsBySmtp(setup.rights);
  return [
    ...scriptOpening(
      setup,
      [
        `Lets the app use mailboxes by ${protocolsOf(setup)}, and no others.`,
        'May be run again: it looks before it changes anything, and says what it changed.',
      ],
      { fromFile: true },
    ),
    '',
    '# Makes the app known to Exchange.',
    ...registerPrincipal(setup),
    '',
    '# Lets it into each mailbox.',
    ...eachMailbox([
      ...fullAccess,
      ...(smtp ? sendAs : []),
      ...switchesOf(setup.rights).flatMap((one) => setSwitch(one)),
    ]),
    '',
    ...(smtp ? [...smtpForAll, ''] : []),
    ...closing('It takes up to half an hour to arrive everywhere.'),
  ];
}

// Where these cannot see a permission that is there, adding it once more is a warning of Exchange's and no fault.
const fullAccess = step({
  isRight: 'Get-MailboxPermission -Identity $mailbox -User $objectId -ErrorAction SilentlyContinue',
  right: 'FullAccess to $mailbox.',
  change: [
    'Add-MailboxPermission -Identity $mailbox -User $objectId -AccessRights FullAccess -ErrorAction Stop | Out-Null',
  ],
  changed: 'FullAccess to $mailbox is granted.',
});

const sendAs = step({
  isRight: 'Get-RecipientPermission -Identity $mailbox -Trustee $objectId -ErrorAction SilentlyContinue',
  right: 'SendAs of $mailbox.',
  change: [
    'Add-RecipientPermission -Identity $mailbox -Trustee $objectId -AccessRights SendAs -Confirm:$false -ErrorAction Stop | Out-Null',
  ],
  changed: 'SendAs of $mailbox is granted.',
});
