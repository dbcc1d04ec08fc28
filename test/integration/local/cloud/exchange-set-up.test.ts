/** The PowerShell of Microsoft's own pages, with nothing but the placeholders filled in. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { protocolAccess } from '../../../../local/cloud/exchange/rights.ts';
import { runCmdlets } from '../../../../local/cloud/exchange/run-cmdlets.ts';
import { anna, appId, claims, contoso, objectId, post, run, tenantId } from './exchange-contoso.ts';
import { seenBy } from './exchange-seen-by.ts';

// https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
const oauthPage = `
Install-Module -Name ExchangeOnlineManagement -allowprerelease
Import-module ExchangeOnlineManagement 
Connect-ExchangeOnline -Organization ${tenantId}

$AADServicePrincipalDetails = Get-AzureADServicePrincipal -SearchString YourAppName

New-ServicePrincipal -AppId $AADServicePrincipalDetails.AppId -ObjectId $AADServicePrincipalDetails.ObjectId -DisplayName "EXO Serviceprincipal for EntraAD App $($AADServicePrincipalDetails.Displayname)"

$EXOServicePrincipal = Get-ServicePrincipal -Identity "EXO Serviceprincipal for EntraAD App YourAppName"

Add-MailboxPermission -Identity "${post}" -User $EXOServicePrincipal.Identity -AccessRights FullAccess
Get-ServicePrincipal | fl
`;

// https://learn.microsoft.com/exchange/permissions-exo/application-rbac
const rbacPage = (groupDn: string): string => `
New-ServicePrincipal -AppId ${appId} -ObjectId ${objectId} -DisplayName "Mailer"
New-ManagementScope -Name "Mailer scope" -RecipientRestrictionFilter "MemberOfGroup -eq '${groupDn}'"
New-ManagementRoleAssignment -App ${objectId} -Role "Application Mail.Send" -CustomResourceScope "Mailer scope"
Test-ServicePrincipalAuthorization -Identity ${objectId} -Resource ${post} | Format-Table   # InScope column; skips the cache
`;

describe("Microsoft's page on OAuth for IMAP, POP and SMTP", () => {
  test('gives the app access to the mailbox when it is run to the letter', () => {
    const state = contoso();
    const { error, lines } = runCmdlets({ state }, oauthPage);
    assert.equal(error, undefined);
    assert.ok(lines.includes('DisplayName : EXO Serviceprincipal for EntraAD App YourAppName'));
    const { cloud, mailbox } = seenBy(state);
    assert.equal(protocolAccess(cloud, claims(['IMAP.AccessAsApp']), mailbox(post), 'imap'), 'allowed');
    assert.equal(protocolAccess(cloud, claims(['IMAP.AccessAsApp']), mailbox(anna), 'imap'), 'no-mailbox-permission');
  });

  test('turns SMTP AUTH on, and lets the app send', () => {
    const state = contoso();
    runCmdlets({ state }, oauthPage);
    const { cloud, mailbox } = seenBy(state);
    const smtp = () => protocolAccess(cloud, claims(['SMTP.SendAsApp']), mailbox(post), 'smtp');
    assert.equal(smtp(), 'smtp-auth-disabled-tenant');
    run(
      state,
      `Add-RecipientPermission -Identity ${post} -Trustee ${objectId} -AccessRights SendAs
      Set-TransportConfig -SmtpClientAuthenticationDisabled $false`,
    );
    assert.equal(smtp(), 'allowed');
  });
});

describe("Microsoft's page on RBAC for Applications", () => {
  test('brings the mailbox into the scope of the app when it is run to the letter', () => {
    const state = contoso();
    const [group] = run(state, `New-DistributionGroup -Name Mailers -Members ${post}`).output;
    const { lines } = run(state, rbacPage(String(group?.['DistinguishedName'])));
    assert.deepEqual(
      lines.slice(-4, -1).map((line) => line.split(/ {2,}| (?=[A-Z][a-z]+Permissions|Mail\.|Mailer|True|In|Allowed)/)),
      [
        ['RoleName', 'GrantedPermissions', 'AllowedResourceScope', 'InScope'],
        ['--------', '------------------ -------------------- -------'],
        ['Application', 'Mail.Send', 'Mail.Send', 'Mailer scope', 'True'],
      ],
    );
  });
});

describe('a set-up that an administrator may run again', () => {
  const script = `
    $app = '${appId}'
    $mailboxes = @('${post}', '${anna}')
    if (-not (Get-ServicePrincipal -Identity $app -ErrorAction SilentlyContinue)) {
      New-ServicePrincipal -AppId $app -ObjectId ${objectId} -DisplayName 'Mailer' | Out-Null
    }
    $principal = Get-ServicePrincipal -Identity $app
    foreach ($mailbox in $mailboxes) {
      if (-not (Get-MailboxPermission -Identity $mailbox -User $principal.ObjectId)) {
        Add-MailboxPermission -Identity $mailbox -User $principal.ObjectId -AccessRights FullAccess \`
          -AutoMapping $false | Out-Null
      }
      if (-not (Get-RecipientPermission -Identity $mailbox -Trustee $principal.ObjectId)) {
        Add-RecipientPermission -Identity $mailbox -Trustee $principal.ObjectId -AccessRights SendAs -Confirm:$false | Out-Null
      }
    }
    if ((Get-TransportConfig).SmtpClientAuthenticationDisabled) {
      Set-TransportConfig -SmtpClientAuthenticationDisabled $false
    }
    if (-not (Get-ManagementScope -Identity 'Mailer scope' -ErrorAction SilentlyContinue)) {
      New-ManagementScope -Name 'Mailer scope' -RecipientRestrictionFilter "PrimarySmtpAddress -eq '${post}'" | Out-Null
    }
    if (-not (Get-ManagementRoleAssignment -RoleAssignee $principal.ObjectId -Role 'Application Mail.Send')) {
      New-ManagementRoleAssignment -App $principal.ObjectId -Role 'Application Mail.Send' -CustomResourceScope 'Mailer scope' | Out-Null
    }
    Write-Host "$($principal.DisplayName) is set up."
  `;

  test('does everything the first time, and nothing the second time', () => {
    const state = contoso();
    assert.deepEqual(run(state, script).lines, ['Mailer is set up.']);
    const { exchangeServicePrincipals, mailboxPermissions, recipientPermissions, roleAssignments } = state;
    assert.deepEqual(
      [exchangeServicePrincipals, mailboxPermissions, recipientPermissions, roleAssignments].map((all) => all.length),
      [1, 2, 2, 1],
    );
    const first = structuredClone(state);
    assert.deepEqual(run(state, script).lines, ['Mailer is set up.']);
    assert.deepEqual(state, first);
  });
});
