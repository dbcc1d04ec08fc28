/** Role assignments of RBAC for Applications, and the cmdlet that tests them. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anna, appId, contoso, objectId, post, run, stops } from './exchange-contoso.ts';

const registered = `New-ServicePrincipal -AppId ${appId} -ObjectId ${objectId} -DisplayName Mailer | Out-Null`;
const nowhere = "couldn't be found on 'contoso.example'";

describe('a role assignment', () => {
  const assign = (rest: string) => `${registered}\nNew-ManagementRoleAssignment -App ${objectId} ${rest}`;

  test('is named by its role and app when nobody names it', () => {
    const { output } = run(contoso(), assign("-Role 'application mail.send'"));
    assert.equal(output[0]?.['Name'], `Application Mail.Send-${objectId}`);
    assert.equal(output[0]?.['Role'], 'Application Mail.Send');
  });

  test('takes the roles of applications only', () => {
    assert.match(stops(contoso(), assign("-Role 'Mail Recipients'")), /"Mail Recipients" is not an application role/);
    assert.match(stops(contoso(), assign("-Role 'Mail.Send'")), /"Mail\.Send" is not an application role/);
  });

  test('needs a principal, a scope and a unit that are there', () => {
    assert.match(
      stops(contoso(), `New-ManagementRoleAssignment -App ${objectId} -Role 'Application Mail.Send'`),
      new RegExp(`object '${objectId}' ${nowhere}`),
    );
    assert.match(
      stops(contoso(), assign("-Role 'Application Mail.Send' -CustomResourceScope none")),
      new RegExp(`object 'none' ${nowhere}`),
    );
    assert.match(
      stops(contoso(), assign("-Role 'Application Mail.Send' -RecipientGroupScope none")),
      new RegExp(`object 'none' ${nowhere}`),
    );
    assert.match(
      stops(contoso(), assign("-Role 'Application Mail.Send' -RecipientAdministrativeUnitScope none")),
      new RegExp(`object 'none' ${nowhere}`),
    );
  });

  test('has one scope', () => {
    const both = "-Role 'Application Mail.Send' -CustomResourceScope s -RecipientGroupScope g";
    assert.match(stops(contoso(), assign(both)), /Parameter set cannot be resolved/);
  });

  test('cannot be made twice', () => {
    const twice = assign("-Role 'Application Mail.Send'");
    assert.match(
      stops(
        contoso(),
        `${twice}\nNew-ManagementRoleAssignment -Name other -App ${objectId} -Role 'Application Mail.Send'`,
      ),
      /already exists/,
    );
  });

  test('keeps the scope that it uses', () => {
    const script = `New-ManagementScope s -RecipientRestrictionFilter "Department -eq 'Sales'"
      ${assign("-Name a -Role 'Application Mail.Send' -CustomResourceScope s")}
      Remove-ManagementScope s -Confirm:$false`;
    assert.match(stops(contoso(), script), /The management scope "s" is used by the role assignment "a"/);
  });
});

describe('Test-ServicePrincipalAuthorization', () => {
  const inScope = (script: string, mailbox: string): unknown =>
    run(
      contoso(),
      `${registered}\n${script}\nTest-ServicePrincipalAuthorization Mailer -Resource ${mailbox}`,
    ).output.at(-1)?.['InScope'];
  const assign = (scope: string) =>
    `New-ManagementRoleAssignment -App ${objectId} -Role 'Application Mail.Send' ${scope} | Out-Null`;
  const filtered = (filter: string) => `New-ManagementScope s -RecipientRestrictionFilter ${filter} | Out-Null
    ${assign('-CustomResourceScope s')}`;

  test('tells of each role whether the mailbox is in its scope', () => {
    assert.equal(inScope(assign(''), anna), true);
    assert.equal(inScope(filtered(`"PrimarySmtpAddress -eq '${post}'"`), post), true);
    assert.equal(inScope(filtered(`"PrimarySmtpAddress -eq '${post}'"`), anna), false);
  });

  test('knows scopes by custom attribute and by department', () => {
    const sales = filtered(`{CustomAttribute7 -eq 'mail' -or Department -like 'Sal*'}`);
    assert.equal(inScope(sales, anna), false);
    assert.equal(inScope(`${sales}\nSet-Mailbox ${anna} -CustomAttribute7 Mail`, anna), true);
    assert.equal(inScope(`${sales}\nSet-Mailbox ${anna} -CustomAttribute8 Mail`, anna), false);
    assert.equal(
      inScope(
        `${sales}\nSet-Mailbox ${anna} -CustomAttribute7 Mail\nSet-Mailbox ${anna} -CustomAttribute7 $null`,
        anna,
      ),
      false,
    );
    assert.equal(inScope(`${sales}\nSet-User ${anna} -Department Sales`, anna), true);
  });

  test('knows the direct members of a group, and not those of groups in it', () => {
    const group = `New-DistributionGroup Mailers -Members ${post} | Out-Null
      New-DistributionGroup All -Members Mailers, ${anna} | Out-Null
      ${assign('-RecipientGroupScope All')}`;
    assert.equal(inScope(group, anna), true);
    assert.equal(inScope(group, post), false);
    assert.equal(inScope(`${group}\nAdd-DistributionGroupMember All -Member ${post}`, post), true);
    assert.equal(inScope(`${group}\nRemove-DistributionGroupMember All -Member ${anna} -Confirm:$false`, anna), false);
  });

  test('knows the members of an administrative unit', () => {
    const state = contoso();
    const [tenant] = state.tenants;
    assert.ok(tenant);
    state.administrativeUnits.push({ tenantId: tenant.id, id: 'unit-1', displayName: 'Sales', members: [anna] });
    const { output } = run(
      state,
      `${registered}\n${assign('-RecipientAdministrativeUnitScope unit-1')}
      Test-ServicePrincipalAuthorization Mailer -Resource ${anna}
      Test-ServicePrincipalAuthorization Mailer -Resource ${post}
      Test-ServicePrincipalAuthorization Mailer`,
    );
    assert.deepEqual(
      output.map(({ InScope, ScopeType }) => [InScope, ScopeType]),
      [
        [true, 'AdministrativeUnit'],
        [false, 'AdministrativeUnit'],
        ['Not Run', 'AdministrativeUnit'],
      ],
    );
  });
});
