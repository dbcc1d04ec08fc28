/** How all of them begin: whom they are for, the module, and the sign-in. */

import type { ExchangeSetup } from './exchange-setup.ts';
import { quoted } from './quoted.ts';

/** @param what one line each, without `#`. */
export function heading({ organization, appId }: ExchangeSetup, what: readonly string[]): string[] {
  return [
    ...what,
    '',
    'For PowerShell, by somebody with the role Exchange Administrator (Organization Management in Exchange).',
    `Tenant ${organization}, app ${appId}.`,
  ].map((line) => (line === '' ? '#' : `# ${line}`));
}

/**
 * Each changing line has its own `-ErrorAction Stop`: the cmdlets are functions of a module, which does not see the
 * preference of a script (https://github.com/PowerShell/PowerShell/issues/4568).
 *
 * @param fromFile whether the mailboxes may come from a file as well.
 */
export function scriptOpening(
  setup: ExchangeSetup,
  what: readonly string[],
  { fromFile }: { fromFile: boolean },
): string[] {
  return [
    ...heading(setup, [
      ...what,
      ...(fromFile
        ? [
            '',
            'For many mailboxes: -MailboxFile mailboxes.csv, a file with the heading Mailbox and one address on each line',
            'after it. It takes the place of the list below.',
          ]
        : []),
    ]),
    ...(fromFile ? ['param([string] $MailboxFile)'] : []),
    '',
    `$appId = ${quoted(setup.appId)}`,
    '# Of the enterprise application in this tenant, and not of the app registration.',
    `$objectId = ${quoted(setup.objectId)}`,
    `$mailboxes = ${listOf(setup.mailboxes)}`,
    ...(fromFile
      ? [
          "if ($MailboxFile -ne '') {",
          '  $mailboxes = @(Import-Csv -Path $MailboxFile -ErrorAction Stop | Select-Object -ExpandProperty Mailbox -ErrorAction Stop)',
          '}',
        ]
      : []),
    '$changed = $false',
    '',
    'if (-not (Get-Module -ListAvailable -Name ExchangeOnlineManagement)) {',
    '  Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser -ErrorAction Stop',
    '}',
    'Import-Module -Name ExchangeOnlineManagement -ErrorAction Stop',
    `Connect-ExchangeOnline -Organization ${quoted(setup.organization)} -ShowBanner:$false -ErrorAction Stop`,
  ];
}

function listOf(mailboxes: readonly string[]): string {
  return mailboxes.length === 0 ? '@()' : `@(\n${mailboxes.map((one) => `  ${quoted(one)}`).join(',\n')}\n)`;
}

export const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `  ${line}`));
