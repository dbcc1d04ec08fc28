/** What is to go when a tenant ends it: everything that the other forms have made, whichever of them was run. */

import type { ExchangeSetup } from './exchange-setup.ts';
import { scriptOpening } from './opening.ts';
import { namesOf, scopable } from './protocols.ts';
import { quoted } from './quoted.ts';
import { closing, removeAssignment } from './steps.ts';

export function undo(setup: ExchangeSetup): string[] {
  const names = namesOf(setup);
  return [
    ...scriptOpening(setup, ['Takes away all that the app was granted in Exchange. May be run again.'], {
      fromFile: true,
    }),
    '',
    '# RBAC for Applications.',
    ...scopable.flatMap((right) => removeAssignment(names.assignment(right))),
    `if (Get-ManagementScope -Identity ${quoted(names.scope)} -ErrorAction SilentlyContinue) {`,
    `  Remove-ManagementScope -Identity ${quoted(names.scope)} -Confirm:$false -ErrorAction Stop`,
    "  Write-Host 'Removed: the management scope of the app.'",
    '  $changed = $true',
    '}',
    '',
    '# Permissions, and then the service principal whose they are.',
    '$principal = Get-ServicePrincipal -Identity $appId -ErrorAction SilentlyContinue',
    'if ($principal) {',
    '  $trustee = $principal.ObjectId',
    '  foreach ($mailbox in $mailboxes) {',
    '    if ($mailbox) {',
    ...removals.map(
      (removal) => `      ${removal} -Confirm:$false -ErrorAction SilentlyContinue -WarningAction SilentlyContinue`,
    ),
    '      Write-Host "Removed: what there was of SendAs of $mailbox and FullAccess to it."',
    '    }',
    '  }',
    '  Remove-ServicePrincipal -Identity $trustee -Confirm:$false -ErrorAction Stop',
    '  Write-Host "Removed: the service principal $trustee."',
    '  $changed = $true',
    '}',
    '',
    ...closing('It takes up to two hours until nothing of it is in force any more.'),
    '',
    '# Left as they are, since others may need them: SMTP AUTH, IMAP and POP of the mailboxes, and a group of senders. Back to',
    '# what the organisation has:',
    ...setup.mailboxes.map(
      (mailbox) => `#   Set-CASMailbox -Identity ${quoted(mailbox)} -SmtpClientAuthenticationDisabled $null`,
    ),
    '# The consent itself is withdrawn in Entra ID: Entra admin center > Enterprise applications > this app > Properties >',
    '# Delete, or by Microsoft Graph PowerShell:',
    `#   Remove-MgServicePrincipal -ServicePrincipalId ${quoted(setup.objectId)}`,
  ];
}

/** Of one that is not there, or of a mailbox that is gone by now, Exchange says so, and nothing has to be done. */
const removals = [
  'Remove-RecipientPermission -Identity $mailbox -Trustee $trustee -AccessRights SendAs',
  'Remove-MailboxPermission -Identity $mailbox -User $trustee -AccessRights FullAccess',
];
