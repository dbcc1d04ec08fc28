/**
 * The least privilege: RBAC for Applications grants the app each right on certain mailboxes only.
 *
 * https://learn.microsoft.com/exchange/permissions-exo/application-rbac
 */

import type { Right } from '../rights.ts';
import type { ExchangeSetup } from './exchange-setup.ts';
import { heading, scriptOpening } from './opening.ts';
import { namesOf, type Scopable, scopable, sendsBySmtp, switchesOf } from './protocols.ts';
import { anyOf, quoted } from './quoted.ts';
import { closing, eachMailbox, registerPrincipal, removeAssignment, setSwitch, step } from './steps.ts';

export function scoped(setup: ExchangeSetup): string[] {
  const granted = scopable.filter((right) => setup.rights.includes(right));
  if (granted.length === 0) return heading(setup, noSuchRole(setup.rights));
  const names = namesOf(setup);
  const switches = sendsBySmtp(setup.rights) ? switchesOf(['SMTP.SendAsApp']) : [];
  const formerAssignments = granted.flatMap((right) => removeAssignment(names.assignment(right)));
  return [
    ...scriptOpening(setup, whatItDoes(setup, granted), { fromFile: false }),
    '',
    '# Makes the app known to Exchange.',
    ...registerPrincipal(setup, formerAssignments),
    '',
    ...(setup.group === undefined ? byAddress(setup) : byGroup(setup, setup.group)),
    '',
    '# The management scope: which mailboxes the app may use.',
    `$scope = ${quoted(names.scope)}`,
    ...managementScope,
    '',
    '# Its rights on these mailboxes.',
    ...granted.flatMap((right) => assign(right, names.assignment(right))),
    '',
    '# InScope must be True for each right.',
    ...eachMailbox([
      ...switches.flatMap((one) => setSwitch(one)),
      'Test-ServicePrincipalAuthorization -Identity $objectId -Resource $mailbox | Format-Table RoleName, AllowedResourceScope, InScope',
    ]),
    '',
    ...closing('It takes 30 minutes to 2 hours to arrive everywhere.'),
    ...granted.map((right) => `Write-Warning '${warningOf(right)}'`),
  ];
}

/** Whatever is consented to counts beside this; of SMTP it even comes first, and asks for FullAccess. */
function warningOf(right: Scopable): string {
  return right === 'SMTP.SendAsApp'
    ? 'With consent to SMTP.SendAsApp in Entra ID this role is passed by and FullAccess is asked for: withdraw that consent, if there is any.'
    : `Consent to ${right} in Entra ID goes beyond this scope: withdraw it, if there is any.`;
}

const noSuchRole = (rights: readonly Right[]): string[] => [
  `There is no role of RBAC for Applications for ${rights.join(' and ')}.`,
  'Take the form "script": it lets the app into the mailboxes that are named, and into no other.',
];

function whatItDoes({ rights }: ExchangeSetup, granted: readonly Scopable[]): string[] {
  const others = rights.filter((right) => !granted.some((one) => one === right));
  return [
    `Grants the app ${granted.join(', ')} on certain mailboxes only, by RBAC for Applications in Exchange.`,
    'May be run again: it looks before it changes anything, and says what it changed.',
    '',
    'WARNING: this adds to what was consented to in Entra ID, and never narrows it. As long as the tenant consents to',
    `${granted.join(', ')} there, that counts. Do not consent to it, or withdraw it: Entra admin center >`,
    'Enterprise applications > this app > Permissions.',
    ...(others.length === 0 ? [] : ['', ...noSuchRole(others)]),
  ];
}

function byAddress({ mailboxes }: ExchangeSetup): string[] {
  return [`$filter = ${anyOf('PrimarySmtpAddress', mailboxes)}`];
}

/** Direct members count only, and the group must be one with security: the page above. */
function byGroup(setup: ExchangeSetup, group: string): string[] {
  return [
    '# The group whose direct members are the mailboxes.',
    `$groupAddress = ${quoted(group)}`,
    ...step({
      isRight: 'Get-DistributionGroup -Identity $groupAddress -ErrorAction SilentlyContinue',
      right: 'the group $groupAddress.',
      change: [
        `New-DistributionGroup -Name ${quoted(namesOf(setup).group)} -Type Security -PrimarySmtpAddress $groupAddress -ErrorAction Stop | Out-Null`,
      ],
      changed: 'the group $groupAddress is made.',
    }),
    '$group = Get-DistributionGroup -Identity $groupAddress -ErrorAction Stop',
    '$members = @(Get-DistributionGroupMember -Identity $groupAddress -ErrorAction Stop | Select-Object -ExpandProperty PrimarySmtpAddress)',
    'foreach ($mailbox in $mailboxes) {',
    ...step({
      isRight: '$members -contains $mailbox',
      right: '$mailbox is a member.',
      change: ['Add-DistributionGroupMember -Identity $groupAddress -Member $mailbox -ErrorAction Stop'],
      changed: '$mailbox is a member now.',
    }).map((line) => `  ${line}`),
    '}',
    `$filter = "MemberOfGroup -eq '$($group.DistinguishedName)'"`,
  ];
}

/** Exchange may show a filter in other words than it was given in; then it is set anew each time, to the same. */
const managementScope = [
  '$known = Get-ManagementScope -Identity $scope -ErrorAction SilentlyContinue',
  'if (-not $known) {',
  '  New-ManagementScope -Name $scope -RecipientRestrictionFilter $filter -ErrorAction Stop | Out-Null',
  '  Write-Host "Changed: the management scope is made, $filter."',
  '  $changed = $true',
  '} elseif ($known.RecipientFilter -ne $filter) {',
  '  Set-ManagementScope -Identity $scope -RecipientRestrictionFilter $filter -ErrorAction Stop',
  '  Write-Host "Changed: the management scope is now $filter."',
  '  $changed = $true',
  '} else {',
  '  Write-Host "Right already: the management scope, $filter."',
  '}',
];

function assign(right: Scopable, name: string): string[] {
  return step({
    isRight: `Get-ManagementRoleAssignment -Identity ${quoted(name)} -ErrorAction SilentlyContinue`,
    right: `the role Application ${right}.`,
    change: [
      `New-ManagementRoleAssignment -Name ${quoted(name)} -App $objectId -Role 'Application ${right}' -CustomResourceScope $scope -ErrorAction Stop | Out-Null`,
    ],
    changed: `the role Application ${right} is assigned.`,
  });
}
