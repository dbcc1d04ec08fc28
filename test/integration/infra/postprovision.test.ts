/** The hook after provisioning under `sh`, with stand-ins of `az`: the registration and the certificate, made once. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { clientId, enterpriseApp } from '../../support/app-identity.ts';
import { provisioned } from '../../support/provisioned.ts';
import { type Finished, type Rule, runWithStubs } from '../../support/stub-commands.ts';

const url = provisioned.AZURE_FUNCTION_APP_URL;

/** By the first three words. */
const steps = ({ calls }: Finished): string[] => calls.map((call) => call.split(' ').slice(0, 4).join(' '));

describe('after provisioning', () => {
  const run = (rules: readonly Rule[], variables: Record<string, string> = {}): Promise<Finished> =>
    runWithStubs('sh infra/hooks/postprovision.sh', rules, { ...provisioned, ...variables });
  const ours = { TENANTPOST_REGISTRATION_NAME: 'tenantpost-contoso' };
  const absent = {
    code: 1,
    stderr: 'ERROR: (CertificateNotFound) A certificate with (name/id) tenantpost was not found',
  };
  const forbidden = { code: 1, stderr: 'ERROR: (Forbidden) Caller is not authorized to perform action on resource.' };
  const thumbprint = 'A1B2C3D4E5F60718293A4B5C6D7E8F9001122334';
  const show = 'az keyvault certificate show';

  test('tells its own registration where the app is, makes the certificate and uploads its public part', async () => {
    const finished = await run(
      [
        ['az deployment group create', ''],
        [show, absent, `${thumbprint}\n`],
        ['az keyvault certificate create', ''],
        ['az ad app credential list', '0000\n'],
        ['az keyvault certificate download', ''],
        ['az ad app credential reset', ''],
      ],
      ours,
    );
    assert.equal(finished.code, 0, finished.stderr);
    assert.deepEqual(steps(finished), [
      'az deployment group create',
      show,
      'az keyvault certificate create',
      show,
      'az ad app credential',
      'az keyvault certificate download',
      'az ad app credential',
    ]);
    const reset = finished.calls.at(-1) ?? '';
    assert.match(
      reset,
      new RegExp(`^az ad app credential reset --id ${clientId} --append --cert @/.*/public\\.pem --output none$`),
    );
    assert.match(finished.calls[2] ?? '', /--vault-name kv-contoso --name tenantpost --policy @\/.*\/policy\.json/);
    assert.deepEqual(finished.left, []);
  });

  test('changes nothing the second time', async () => {
    const finished = await run(
      [
        ['az deployment group create', ''],
        [show, `${thumbprint}\n`],
        ['az ad app credential list', `FFFF\n${thumbprint.toLowerCase()}\n`],
      ],
      ours,
    );
    assert.equal(finished.code, 0, finished.stderr);
    assert.equal(finished.calls.length, 3);
    assert.match(finished.stdout, new RegExp(`knows the certificate ${thumbprint}`));
  });

  test('uploads what the vault has where the registration does not know it, and makes no other', async () => {
    const finished = await run(
      [
        ['az deployment group create', ''],
        [show, `${thumbprint}\n`],
        ['az ad app credential list', ''],
        ['az keyvault certificate download', ''],
        ['az ad app credential reset', ''],
      ],
      ours,
    );
    assert.equal(finished.code, 0, finished.stderr);
    assert.ok(!finished.calls.some((call) => call.startsWith('az keyvault certificate create')));
  });

  const taking: readonly Rule[] = [
    ['az ad signed-in-user show', `${enterpriseApp}\n`],
    ['az keyvault show', '/vaults/kv-contoso\n'],
    ['az role assignment create', '/assignments/1\n'],
    ['az role assignment delete', ''],
    ['az deployment group create', ''],
  ];

  test('takes the role on the vault for as long as it needs it, and gives it back', async () => {
    const finished = await run(
      [
        [show, forbidden, forbidden, absent, `${thumbprint}\n`],
        ['az keyvault certificate create', ''],
        ['az ad app credential list', `${thumbprint}\n`],
        ...taking,
      ],
      ours,
    );
    assert.equal(finished.code, 0, finished.stderr);
    assert.ok(
      finished.calls.includes(
        `az role assignment create --role Key Vault Certificates Officer --assignee-object-id ${enterpriseApp} --assignee-principal-type User --scope /vaults/kv-contoso --query id --output tsv`,
      ),
    );
    assert.equal(finished.calls.at(-1), 'az role assignment delete --ids /assignments/1 --output none');
  });

  test('gives the role back where the certificate cannot be made', async () => {
    const finished = await run(
      [[show, forbidden, absent], ['az keyvault certificate create', { code: 1, stderr: 'Conflict' }], ...taking],
      ours,
    );
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /Conflict/);
    assert.equal(finished.calls.at(-1), 'az role assignment delete --ids /assignments/1 --output none');
    assert.deepEqual(finished.left, []);
  });

  test('says so when the role does not arrive within ten minutes, and gives it back', async () => {
    const finished = await run([[show, forbidden], ...taking], ours);
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /not arrived within ten minutes.*azd hooks run postprovision/);
    assert.equal(finished.calls.filter((call) => call.startsWith(show)).length, 61);
    assert.equal(finished.calls.at(-1), 'az role assignment delete --ids /assignments/1 --output none');
  });

  test('takes no role where the vault answers its private network only, and says where to run it', async () => {
    const closed = {
      code: 1,
      stderr: 'ERROR: (Forbidden) Public network access is disabled and request is not from a trusted service',
    };
    const finished = await run([[show, closed], ...taking], ours);
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /private network only/);
    assert.ok(!finished.calls.some((call) => call.startsWith('az role')));
  });

  for (const exportable of ['false', 'true']) {
    test(`makes a key that is exportable: ${exportable}, as the deployment says`, async () => {
      const finished = await run(
        [
          [show, absent, `${thumbprint}\n`],
          ['az keyvault certificate create', ''],
          ['az ad app credential list', `${thumbprint}\n`],
        ],
        { AZURE_CERTIFICATE_EXPORTABLE: exportable },
      );
      assert.equal(finished.code, 0, finished.stderr);
      const { keyProperties } = z.looseObject({ keyProperties: z.looseObject({}) }).parse(JSON.parse(finished.handed));
      assert.deepEqual(keyProperties, {
        exportable: exportable === 'true',
        keyType: 'RSA',
        keySize: 2048,
        reuseKey: false,
      });
    });
  }

  test('makes no certificate for a managed identity, and has the registration trust it', async () => {
    const finished = await run([['az deployment group create', '']], {
      ...ours,
      AZURE_APP_CREDENTIAL: 'managed-identity',
    });
    assert.equal(finished.code, 0, finished.stderr);
    assert.deepEqual(steps(finished), ['az deployment group create']);
    assert.match(finished.exported, new RegExp(`TENANTPOST_REGISTRATION_PRINCIPAL_ID=['"]?${enterpriseApp}`));
  });

  test('has the registration trust no identity where a certificate proves the app', async () => {
    const finished = await run(
      [
        ['az deployment group create', ''],
        [show, { code: 1 }],
      ],
      ours,
    );
    assert.match(finished.exported, new RegExp(`TENANTPOST_REGISTRATION_URL=['"]?${url}`));
    assert.doesNotMatch(finished.exported, new RegExp(`TENANTPOST_REGISTRATION_PRINCIPAL_ID=['"]?${enterpriseApp}`));
  });

  test('leaves somebody else’s registration alone, and says what it needs', async () => {
    const finished = await run([], { AZURE_APP_CREDENTIAL: 'managed-identity' });
    assert.equal(finished.code, 0, finished.stderr);
    assert.deepEqual(finished.calls, []);
    assert.ok(finished.stdout.includes(`redirect URI ${url}/api/consent/callback`));
    assert.ok(finished.stdout.includes(`subject is ${enterpriseApp}`));
  });
});
