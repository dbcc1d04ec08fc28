/** How a script comes to its organization, and that it sees no other. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCmdlets } from '../../../../local/cloud/exchange/run-cmdlets.ts';
import { anna, appId, contoso, objectId, run, tenantId } from './exchange-contoso.ts';

describe('a session', () => {
  const unconnected = (script: string) => runCmdlets({ state: contoso() }, script);

  test('has no cmdlets of Exchange before it is connected', () => {
    assert.match(
      unconnected('Get-Mailbox').error?.message ?? '',
      /The term 'Get-Mailbox' is not recognized .* Connect-ExchangeOnline/,
    );
    const { error } = unconnected(
      `Connect-ExchangeOnline -Organization contoso.example\nDisconnect-ExchangeOnline -Confirm:$false\nGet-Mailbox`,
    );
    assert.equal(error?.line, 3);
  });

  test('connects by organization, by user, or as the app itself', () => {
    for (const how of [
      `-Organization ${tenantId}`,
      '-Organization contoso.example',
      '-UserPrincipalName admin@contoso.example -ShowBanner:$false',
      `-AppId ${appId} -CertificateThumbprint 012 -Organization contoso.example`,
    ]) {
      assert.equal(unconnected(`Connect-ExchangeOnline ${how}`).tenantId, tenantId, how);
    }
  });

  test('does not connect to an organization that is not there, or that nobody names', () => {
    assert.match(
      unconnected('Connect-ExchangeOnline -Organization nowhere.example').error?.message ?? '',
      /There is no organization nowhere\.example/,
    );
    assert.match(unconnected('Connect-ExchangeOnline').error?.message ?? '', /Nobody can sign in here/);
    assert.match(
      unconnected(`Connect-ExchangeOnline -AppId ${appId} -Organization contoso.example`).error?.message ?? '',
      /needs -Organization and a certificate/,
    );
  });

  test('of Microsoft Graph PowerShell is another one', () => {
    const lookUp = `Get-MgServicePrincipal -Filter "appId eq '${appId}'"`;
    assert.match(unconnected(lookUp).error?.message ?? '', /Authentication needed\. Please call Connect-MgGraph/);
    const { output, error } = unconnected(`Connect-MgGraph -TenantId ${tenantId}\n${lookUp}\nGet-Mailbox`);
    assert.equal(output[0]?.['Id'], objectId);
    assert.equal(error?.line, 3);
  });

  test('sees nothing of another organization', () => {
    const state = contoso();
    const fabrikam = {
      id: '22222222-bbbb-4bbb-8bbb-222222222222',
      domain: 'fabrikam.example',
      displayName: 'F',
      administrators: [],
    };
    state.tenants.push(fabrikam);
    run(state, `New-ServicePrincipal -AppId ${appId} -ObjectId ${objectId}`);
    const { output, error } = runCmdlets({ state }, `Get-ServicePrincipal\nGet-Mailbox ${anna}`, {
      tenantId: fabrikam.id,
    });
    assert.deepEqual(output, []);
    assert.match(error?.message ?? '', /object 'anna@contoso\.example' couldn't be found on 'fabrikam\.example'/);
  });
});
