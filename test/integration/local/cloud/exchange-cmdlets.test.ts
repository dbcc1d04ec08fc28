/** The cmdlets of Exchange Online: what they change, and what they refuse as Exchange does. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anna, appId, contoso, objectId, post, registrationObjectId, run, stops } from './exchange-contoso.ts';

const registered = `New-ServicePrincipal -AppId ${appId} -ObjectId ${objectId} -DisplayName Mailer | Out-Null`;
const nowhere = "couldn't be found on 'contoso.example'";

describe('New-ServicePrincipal', () => {
  test('takes the object id of the app registration, as Exchange does', () => {
    const state = contoso();
    run(state, `New-ServicePrincipal -AppId ${appId} -ObjectId ${registrationObjectId}`);
    assert.equal(state.exchangeServicePrincipals[0]?.objectId, registrationObjectId);
  });

  test('takes ServiceId for ObjectId, and says that it is deprecated', () => {
    const { lines, output } = run(contoso(), `New-ServicePrincipal -AppId ${appId} -ServiceId ${objectId}`);
    assert.match(lines[0] ?? '', /^WARNING: The ServiceId parameter is being deprecated/);
    assert.equal(output[0]?.['ObjectId'], objectId);
  });

  test('refuses what is no GUID, none of the two ids, and both', () => {
    assert.match(
      stops(contoso(), `New-ServicePrincipal -AppId Mailer -ObjectId ${objectId}`),
      /parameter 'AppId'\. Cannot convert value "Mailer" to type "System\.Guid"/,
    );
    assert.match(stops(contoso(), `New-ServicePrincipal -AppId ${appId}`), /missing mandatory parameters: ObjectId/);
    assert.match(
      stops(contoso(), `New-ServicePrincipal -AppId ${appId} -ObjectId ${objectId} -ServiceId ${objectId}`),
      /Parameter set cannot be resolved/,
    );
  });

  test('refuses an app or an object that is registered already', () => {
    assert.match(
      stops(contoso(), `${registered}\nNew-ServicePrincipal -AppId ${appId} -ObjectId ${registrationObjectId}`),
      /^2:1 .* already exists/,
    );
    assert.match(
      stops(contoso(), `${registered}\nNew-ServicePrincipal -AppId ${registrationObjectId} -ObjectId ${objectId}`),
      /^2:1 .* already exists/,
    );
  });
});

describe('Get-ServicePrincipal', () => {
  test('finds a principal by app id, object id and name', () => {
    for (const identity of [appId, objectId, 'mailer']) {
      const { output } = run(contoso(), `${registered}\nGet-ServicePrincipal ${identity}`);
      assert.equal(output[0]?.['Identity'], objectId, identity);
    }
  });

  test('finds nothing once it is removed', () => {
    assert.match(
      stops(contoso(), `${registered}\nRemove-ServicePrincipal Mailer -Confirm:$false\nGet-ServicePrincipal Mailer`),
      /^3:1 .* object 'Mailer' couldn't be found/,
    );
  });

  test('shows the name that Set-ServicePrincipal gave', () => {
    const { output } = run(
      contoso(),
      `${registered}\nSet-ServicePrincipal Mailer -DisplayName Sender\nGet-ServicePrincipal`,
    );
    assert.equal(output[0]?.['DisplayName'], 'Sender');
  });
});

describe('a cmdlet that removes', () => {
  test('asks first, unless -Confirm:$false is given', () => {
    const asked = /Are you sure you want to perform this action\? Nobody is here to answer: give -Confirm:\$false/;
    for (const script of [
      'Remove-ServicePrincipal Mailer',
      'Remove-ServicePrincipal Mailer -Confirm',
      `Remove-MailboxPermission ${post} -User Mailer -AccessRights FullAccess`,
      `Remove-RecipientPermission ${post} -Trustee Mailer -AccessRights SendAs`,
      'Remove-ManagementScope s',
      'Remove-ManagementRoleAssignment a',
      'Remove-DistributionGroupMember g -Member Post',
    ]) {
      assert.match(stops(contoso(), script), asked, script);
    }
  });
});

describe('a permission', () => {
  test('is given to a principal by its object id or name, and never by its app id', () => {
    const add = (user: string) => `${registered}\nAdd-MailboxPermission ${post} -User ${user} -AccessRights FullAccess`;
    for (const user of [objectId, 'Mailer', anna]) run(contoso(), add(user));
    assert.match(stops(contoso(), add(appId)), new RegExp(`^2:1 .* User or group "${appId}" wasn't found`));
  });

  test('of the mailbox on itself is always there', () => {
    const shown = (script: string) => run(contoso(), script).output.map((one) => one['User'] ?? one['Trustee']);
    assert.deepEqual(shown(`Get-MailboxPermission ${post}`), ['NT AUTHORITY\\SELF']);
    assert.deepEqual(shown(`Get-RecipientPermission ${post}`), ['NT AUTHORITY\\SELF']);
    assert.deepEqual(shown(`Get-MailboxPermission ${post} -User ${anna}`), []);
  });

  test('is given on a mailbox that is there', () => {
    const add = `${registered}\nAdd-MailboxPermission nobody@contoso.example -User Mailer -AccessRights FullAccess`;
    assert.match(stops(contoso(), add), new RegExp(`object 'nobody@contoso.example' ${nowhere}`));
  });

  test('is FullAccess of a mailbox, and SendAs of a recipient', () => {
    assert.match(
      stops(contoso(), `Add-MailboxPermission ${post} -User ${anna} -AccessRights SendAs`),
      /Cannot convert value "SendAs"\. The possible values here are "FullAccess"/,
    );
    assert.match(
      stops(contoso(), `Add-RecipientPermission ${post} -Trustee ${anna} -AccessRights FullAccess`),
      /The possible values here are "SendAs"/,
    );
  });

  test('that is there already is only warned of', () => {
    const state = contoso();
    const add = `Add-MailboxPermission ${post} -User ${anna} -AccessRights FullAccess | Out-Null`;
    assert.deepEqual(run(state, `${add}\n${add}`).lines, [
      `WARNING: The appropriate access control entry is already present on the object "${post}" for account "${anna}".`,
    ]);
    assert.equal(state.mailboxPermissions.length, 1);
  });

  test('that is not there cannot be removed, which is only warned of', () => {
    const remove = `Remove-RecipientPermission ${post} -Trustee ${anna} -AccessRights SendAs -Confirm:$false`;
    assert.match(run(contoso(), remove).lines[0] ?? '', /^WARNING: Can't remove the access control entry/);
  });
});

describe('other settings', () => {
  test('of a management scope are refused where its filter cannot be read', () => {
    assert.match(
      stops(contoso(), `New-ManagementScope s -RecipientRestrictionFilter "Title -eq 'VP'"`),
      /The recipient filter "Title -eq 'VP'" isn't valid at character 1/,
    );
  });

  test('of a group that is there already, or of a member twice, are refused', () => {
    const made = `New-DistributionGroup Mailers -Members ${post} | Out-Null`;
    assert.match(
      stops(contoso(), `${made}\nNew-DistributionGroup mailers`),
      /^2:1 .*The name "mailers" is already being used/,
    );
    assert.match(
      stops(contoso(), `${made}\nAdd-DistributionGroupMember Mailers -Member ${post}`),
      /is already a member of the group "Mailers"/,
    );
    assert.match(
      stops(contoso(), `${made}\nAdd-DistributionGroupMember Mailers -Member nobody`),
      new RegExp(`object 'nobody' ${nowhere}`),
    );
  });

  test('of sizes are read with their unit', () => {
    const state = contoso();
    run(state, `Set-Mailbox ${post} -MaxSendSize 1MB -ProhibitSendQuota '1.5 GB' -RecipientLimits 20`);
    assert.deepEqual(state.mailboxes[0]?.exchange, {
      maxSendSize: 1048576,
      prohibitSendQuota: 1610612736,
      recipientLimits: 20,
    });
    assert.match(
      stops(state, `Set-Mailbox ${post} -MaxSendSize large`),
      /Cannot convert value "large" to type "Microsoft\.Exchange\.Data\.ByteQuantifiedSize"/,
    );
    for (const tooLarge of ['MaxSendSize 151MB', 'ProhibitSendQuota 2.1TB', 'ProhibitSendQuota 99999999TB']) {
      assert.match(stops(state, `Set-Mailbox ${post} -${tooLarge}`), /Cannot process argument transformation/);
    }
    assert.match(stops(state, `Set-Mailbox ${post} -RecipientLimits 1001`), /parameter 'RecipientLimits'/);
  });

  test('of the organization are shown as they are', () => {
    const { output } = run(
      contoso(),
      `Get-TransportConfig\nSet-TransportConfig -SmtpClientAuthenticationDisabled $false -MaxRecipientEnvelopeLimit 100\nGet-TransportConfig`,
    );
    assert.deepEqual(
      output.map((one) => [one['SmtpClientAuthenticationDisabled'], one['MaxRecipientEnvelopeLimit']]),
      [
        [true, 'Unlimited'],
        [false, 100],
      ],
    );
  });

  test('look an enterprise application up by app id and by name', () => {
    for (const filter of [`appId eq '${appId}'`, "displayName eq 'YourAppName'"]) {
      const { output } = run(
        contoso(),
        `Connect-MgGraph -Scopes Application.Read.All\nGet-MgServicePrincipal -Filter "${filter}"`,
      );
      assert.equal(output[0]?.['Id'], objectId);
    }
    assert.match(
      stops(contoso(), `Get-MgServicePrincipal -Filter "startswith(displayName,'x')"`),
      /Invalid filter clause/,
    );
  });
});
