/** The steps of a script that may be run again: each asks first, changes what is not so, and says which of the two it was. */

import type { ExchangeSetup } from './exchange-setup.ts';
import { indented } from './opening.ts';
import { quoted } from './quoted.ts';
import type { Switch } from './protocols.ts';

interface Step {
  /** True in PowerShell when there is nothing to do. */
  readonly isRight: string;
  readonly right: string;
  readonly change: readonly string[];
  readonly changed: string;
}

/** The sentences are PowerShell of ours, in double quotes, with variables and no value of the outside. */
export function step({ isRight, right, change, changed }: Step): string[] {
  return [
    `if (${isRight}) {`,
    `  Write-Host "Right already: ${right}"`,
    '} else {',
    ...indented(change),
    `  Write-Host "Changed: ${changed}"`,
    '  $changed = $true',
    '}',
  ];
}

/**
 * The app's service principal in Exchange. One with another object id lets nobody in, and no second one may be made beside
 * it: the object id of the app registration is the usual mistake, and an app that consented anew has a new one.
 *
 * @param before what has to go before a wrong one can.
 */
export function registerPrincipal({ displayName }: ExchangeSetup, before: readonly string[] = []): string[] {
  return [
    '$principal = Get-ServicePrincipal -Identity $appId -ErrorAction SilentlyContinue',
    'if ($principal -and $principal.ObjectId -ne $objectId) {',
    ...indented(before),
    '  Remove-ServicePrincipal -Identity $principal.ObjectId -Confirm:$false -ErrorAction Stop',
    '  Write-Host "Removed: the service principal $($principal.ObjectId). It has the wrong object id and lets nobody in."',
    '  $principal = $null',
    '}',
    ...step({
      isRight: '$principal',
      right: 'the service principal $objectId.',
      change: [
        `New-ServicePrincipal -AppId $appId -ObjectId $objectId -DisplayName ${quoted(displayName)} -ErrorAction Stop | Out-Null`,
      ],
      changed: 'the service principal $objectId is registered.',
    }),
  ];
}

export function setSwitch({ property, wanted, protocol }: Switch): string[] {
  return step({
    isRight: `(Get-CASMailbox -Identity $mailbox -ErrorAction Stop).${property} -eq ${wanted}`,
    right: `${protocol} is on for $mailbox.`,
    change: [`Set-CASMailbox -Identity $mailbox -${property} ${wanted} -ErrorAction Stop`],
    changed: `${protocol} is turned on for $mailbox.`,
  });
}

/**
 * What is missing is told and passed over: the others need not wait for it. An empty cell of a file must not reach Get-Mailbox,
 * for which no identity at all means every mailbox.
 */
export function eachMailbox(lines: readonly string[]): string[] {
  return [
    '$missing = $false',
    'foreach ($mailbox in $mailboxes) {',
    '  if ($mailbox -and (Get-Mailbox -Identity $mailbox -ErrorAction SilentlyContinue)) {',
    ...indented(indented(lines)),
    '  } else {',
    '    Write-Warning "There is no mailbox $mailbox in this organisation. Nothing was done for it."',
    '    $missing = $true',
    '  }',
    '}',
    'if ($missing) {',
    "  Write-Warning 'Some mailboxes were not found: see above.'",
    '}',
  ];
}

/** @param name of the role assignment, where there is one. */
export function removeAssignment(name: string): string[] {
  return [
    `if (Get-ManagementRoleAssignment -Identity ${quoted(name)} -ErrorAction SilentlyContinue) {`,
    `  Remove-ManagementRoleAssignment -Identity ${quoted(name)} -Confirm:$false -ErrorAction Stop`,
    `  Write-Host 'Removed: a role assignment of the app.'`,
    '  $changed = $true',
    '}',
  ];
}

export function closing(arrives: string): string[] {
  return ['if ($changed) {', `  Write-Host 'Done. ${arrives}'`, '} else {', "  Write-Host 'Nothing was changed.'", '}'];
}
