import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { exampleSeed } from '../../../../../local/cloud/seed-file/example-seed.ts';
import { readSeed } from '../../../../../local/cloud/seed-file/read-seed.ts';
import type { SeedFile } from '../../../../../local/cloud/seed-file/seed-file.ts';
import { stateOf } from '../../../../../local/cloud/seed-file/state-of.ts';
import { emptyState } from '../../../../../local/cloud/state.ts';

const made = (seed: Omit<SeedFile, 'version'>) => stateOf(readSeed({ version: 1, ...seed }));

describe('the state of a seed', () => {
  test('that says nothing is an empty one', async () => {
    const { uidValidity: _now, ...state } = await made({});
    const { uidValidity: _then, ...empty } = emptyState();
    const settings = { vault: {} };
    assert.deepEqual(state, { ...empty, ...settings });
  });

  test('has the same ids each time, in the form of GUIDs', async () => {
    const seed: Omit<SeedFile, 'version'> = {
      tenants: [{ domain: 'contoso.example', mailboxes: ['post'], consents: ['App'] }],
      registrations: [{ displayName: 'App' }],
      identities: [{ name: 'id' }],
    };
    const ids = async (): Promise<string[]> => {
      const { tenants, mailboxes, registrations, identities, enterpriseApps } = await made(seed);
      return [
        ...tenants.map(({ id }) => id),
        ...mailboxes.map(({ id }) => id),
        ...registrations.map(({ appId }) => appId),
        ...identities.flatMap(({ clientId, principalId }) => [clientId, principalId]),
        ...enterpriseApps.map(({ objectId }) => objectId),
      ];
    };
    const first = await ids();
    assert.equal(new Set(first).size, 6);
    for (const id of first) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(await ids(), first);
  });

  test('has names, addresses and administrators made of the domain', async () => {
    const { tenants, mailboxes } = await made({
      tenants: [{ domain: 'contoso.example', mailboxes: ['post', { name: 'anna@contoso.example', licensed: false }] }],
    });
    assert.equal(tenants[0]?.displayName, 'Contoso');
    assert.deepEqual(tenants[0].administrators, ['admin@contoso.example']);
    assert.deepEqual(
      mailboxes.map(({ address, displayName, licensed }) => [address, displayName, licensed]),
      [
        ['post@contoso.example', 'Post', undefined],
        ['anna@contoso.example', 'Anna', false],
      ],
    );
  });

  test('has consents of long ago, with all permissions or those that are given', async () => {
    const { enterpriseApps } = await made({
      tenants: [
        { domain: 'a.example', consents: ['App'] },
        { domain: 'b.example', consents: [{ app: 'App', permissions: ['IMAP.AccessAsApp'], enabled: false }] },
      ],
      registrations: [{ displayName: 'App', permissions: ['Mail.Send', 'https://outlook.office365.com/Mail.Send'] }],
    });
    const [all, some] = enterpriseApps;
    const graph = { resource: 'https://graph.microsoft.com', role: 'Mail.Send' };
    const outlook = 'https://outlook.office365.com';
    assert.deepEqual(all?.grantedAppRoles, [graph, { resource: outlook, role: 'Mail.Send' }]);
    assert.ok(all.consentedAt < Date.now() - 60_000);
    assert.deepEqual(some?.grantedAppRoles, [{ resource: outlook, role: 'IMAP.AccessAsApp' }]);
    assert.equal(some.accountEnabled, false);
  });

  test('has Exchange’s rights under the object id of the enterprise application, or the wrong one that is given', async () => {
    const wrong = '11111111-2222-4333-8444-555555555555';
    const exchange = (objectId?: string) => ({
      smtpAuthEnabled: true,
      apps: [
        {
          app: 'App',
          ...(objectId !== undefined && { objectId }),
          fullAccess: ['post'],
          sendAs: ['post'],
          roles: [{ role: 'Application Mail.Send', filter: "CustomAttribute1 -eq 'post'" }],
        },
      ],
    });
    const state = await made({
      tenants: [
        { domain: 'a.example', mailboxes: ['post'], consents: ['App'], exchange: exchange() },
        { domain: 'b.example', mailboxes: ['post'], consents: ['App'], exchange: exchange(wrong) },
      ],
      registrations: [{ displayName: 'App' }],
    });
    const right = state.enterpriseApps[0]?.objectId;
    assert.deepEqual(
      state.exchangeServicePrincipals.map(({ objectId }) => objectId),
      [right, wrong],
    );
    assert.deepEqual(
      state.mailboxPermissions.map(({ mailbox, user }) => [mailbox, user]),
      [
        ['post@a.example', right],
        ['post@b.example', wrong],
      ],
    );
    assert.equal(state.recipientPermissions[0]?.trustee, right);
    assert.equal(state.exchangeOrganizations[0]?.smtpClientAuthenticationDisabled, false);
    const scope = state.managementScopes[0];
    assert.equal(scope?.recipientRestrictionFilter, "CustomAttribute1 -eq 'post'");
    assert.deepEqual(state.roleAssignments[0]?.scope, { kind: 'CustomResourceScope', managementScope: scope.name });
  });

  test('keeps no secret’s value, and its times', async () => {
    const value = 'a value that is told once';
    const { registrations } = await made({
      tenants: [{ domain: 'a.example' }],
      registrations: [{ displayName: 'App', secrets: [{ value, endsAt: '2020-01-01T00:00:00Z' }] }],
    });
    const [secret] = registrations[0]?.secrets ?? [];
    assert.equal(secret?.endsAt, Date.parse('2020-01-01T00:00:00Z'));
    assert.ok(secret.startsAt < secret.endsAt);
    assert.ok(!JSON.stringify(registrations).includes(value));
  });

  test('registers every version of a vault certificate, and makes one for an app that asks for it', async () => {
    const { registrations, vaultCertificates, vaultKeys } = await made({
      tenants: [{ domain: 'a.example' }],
      registrations: [
        { displayName: 'Rotating', certificates: [{ vault: 'rotating' }] },
        { displayName: 'My App', certificates: ['generate'] },
      ],
      vault: { certificates: [{ name: 'rotating', versions: 2, exportable: false, validDays: -1 }] },
    });
    assert.deepEqual(
      vaultCertificates.map(({ name, exportable }) => [name, exportable]),
      [
        ['rotating', false],
        ['rotating', false],
        ['my-app', true],
      ],
    );
    assert.ok((vaultCertificates[0]?.created ?? 0) < (vaultCertificates[1]?.created ?? 0));
    assert.ok((vaultCertificates[0]?.expires ?? 0) < Date.now() / 1000);
    const registered = registrations.map(({ certificates }) => certificates.map(({ der }) => der));
    const [one, two, three] = vaultCertificates.map(({ der }) => der);
    assert.deepEqual(registered, [[one, two], [three]]);
    assert.equal(new X509Certificate(Buffer.from(three ?? '', 'base64')).subject, 'CN=my-app');
    assert.equal(vaultKeys.length, 3);
  });

  test('has a federated credential for an identity in the words of a real tenant', async () => {
    const { registrations, identities } = await made({
      tenants: [{ domain: 'a.example' }],
      registrations: [{ displayName: 'App', federatedCredentials: [{ name: 'mi', identity: 'id' }] }],
      identities: [{ name: 'id' }],
    });
    assert.deepEqual(registrations[0]?.federatedCredentials, [
      {
        name: 'mi',
        issuer: `https://login.microsoftonline.com/${identities[0]?.tenantId}/v2.0`,
        subject: identities[0]?.principalId,
        audiences: ['api://AzureADTokenExchange'],
      },
    ]);
  });

  test('of the example has all that the example names', async () => {
    const state = await stateOf(readSeed(exampleSeed));
    assert.deepEqual(
      [state.tenants.length, state.mailboxes.length, state.enterpriseApps.length, state.identities.length],
      [3, 5, 1, 1],
    );
    assert.equal(state.registrations[0]?.certificates.length, 1);
    assert.equal(state.vaultSecrets.length, 1);
  });
});
