/** What the templates refuse, before anything is made. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientId } from '../../support/app-identity.ts';
import { BicepError } from '../../support/bicep/bicep-error.ts';
import { deploy, deployEnvironment, environments } from '../../support/infra.ts';

type Given = NonNullable<Parameters<typeof deploy>[0]>;

const refused: readonly { what: string; parameters: Given; says: RegExp }[] = [
  { what: 'a name of one letter', parameters: { name: 'a' }, says: /name/ },
  { what: 'a name that is too long', parameters: { name: 'a'.repeat(21) }, says: /name/ },
  { what: 'a name with capital letters', parameters: { name: 'Contoso' }, says: /lower-case letters/ },
  { what: 'a name with an underscore', parameters: { name: 'contoso_mail' }, says: /lower-case letters/ },
  { what: 'a name that ends with a dash', parameters: { name: 'contoso-' }, says: /single dashes between/ },
  { what: 'a name with two dashes in a row', parameters: { name: 'contoso--mail' }, says: /single dashes between/ },
  { what: 'a client id that is a name', parameters: { clientId: 'tenantpost' }, says: /clientId/ },
  { what: 'an unknown credential', parameters: { credential: 'password' }, says: /credential/ },
  { what: 'a retention time below that of a queue', parameters: { retentionDays: 7 }, says: /retentionDays/ },
  { what: 'Node 20', parameters: { nodeVersion: '20' }, says: /nodeVersion/ },
  {
    what: 'fewer instances than Flex Consumption allows',
    parameters: { scaleTo: { maximumInstances: 10, instanceMemoryMB: 2048, alwaysReadyHttp: 0, zoneRedundant: false } },
    says: /maximumInstances/,
  },
  {
    what: 'memory that no instance has',
    parameters: { scaleTo: { maximumInstances: 40, instanceMemoryMB: 1024, alwaysReadyHttp: 0, zoneRedundant: false } },
    says: /instanceMemoryMB/,
  },
  { what: 'a choice that there is not', parameters: { choices: { vendorNam: 'Contoso' } }, says: /vendorNam/ },
  { what: 'a pace that no timer keeps', parameters: { choices: { warmEverySeconds: 700 } }, says: /warmEverySeconds/ },
  { what: 'alerts to nobody', parameters: { alertEmails: [] }, says: /alertEmails/ },
  { what: 'a budget of nothing', parameters: { monthlyBudget: 0 }, says: /monthlyBudget/ },
  {
    what: 'addresses let in where nothing is closed',
    parameters: { operatorAddresses: ['203.0.113.7'] },
    says: /privateNetwork/,
  },
  {
    what: 'the registration that sends mail as that for signing in',
    parameters: { signInClientId: clientId },
    says: /another registration/,
  },
];

for (const { what, parameters, says } of refused) {
  test(`refuses ${what}, and says which parameter it is`, () => {
    assert.throws(
      () => deploy(parameters),
      (error) => error instanceof BicepError && says.test(error.message),
    );
  });
}

test('names every fault at once', () => {
  assert.throws(
    () => deploy({ name: 'Contoso', operatorAddresses: ['203.0.113.7'] }),
    /name takes lower-case letters.*; operatorAddresses go with privateNetwork/,
  );
});

for (const name of environments) {
  test(`main.${name}.bicepparam refuses to be deployed without a client id, or without anybody who is told of alerts`, () => {
    for (const variable of ['TENANTPOST_CLIENT_ID', 'TENANTPOST_ALERT_EMAILS']) {
      assert.throws(() => deployEnvironment(name, { [variable]: undefined }), new RegExp(variable));
    }
  });
}

test('every parameter says in its description whether it is required', () => {
  for (const { name, required, description } of deploy().parameters) {
    assert.match(description ?? '', required ? /^Required\. / : /^(Optional|Conditional)\. /, name);
  }
});
