/** The built bundle and how it proves itself: what stops its start, each kind of credential at work, and where the key is. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addSecret } from '../../local/cloud/entra/client-secrets.ts';
import { addFederatedCredential } from '../../local/cloud/entra/federated-credentials.ts';
import { addCertificate } from '../../local/cloud/entra/registered-certificates.ts';
import { customers, vendor } from '../../local/cloud/seed.ts';
import type { CloudState } from '../../local/cloud/state.ts';
import { addCertificateVersion } from '../../local/cloud/vault/add-certificate-version.ts';
import { setSecret } from '../../local/cloud/vault/set-secret.ts';
import { freePort } from '../../local/free-port.ts';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { root } from '../../local/stack.ts';
import { waitFor } from '../../local/wait.ts';
import { tables } from '../../shared/names.ts';
import { aMailJob } from '../support/mail-job.ts';
import { managedIdentity } from '../support/managed-identity.ts';
import { bringIn, copiesOf, outcomeOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';
import { rowsOf } from '../support/tables.ts';
import { vaultClients } from '../support/vault-clients.ts';

const { contoso } = customers;
let stack: TestStack;
let state: CloudState;

before(async () => {
  stack = await startTestStack();
  ({ state } = stack.cloud);
});
after(async () => stack.stop());

async function sendMail(id: string): Promise<void> {
  const mail = { id, subject: id, tenant: contoso.id, from: `post@${contoso.domain}`, to: ['ada@customer.example'] };
  await queueMail(stack, aMailJob(mail));
  await outcomeOf(stack, id, 'sent');
  assert.equal(copiesOf(stack, id).length, 2);
}

/** What a host says that does not start. */
async function refusalOf(settings: Record<string, string>, onLine: (line: string) => void): Promise<string> {
  let host: Host;
  try {
    host = await startHost({ root, settings, onLine });
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  await host.stop();
  assert.fail('it started');
}

/** Every operation of the vault since a moment, each once. */
function vaultOperations(since = 0): string[] {
  return [...new Set(stack.cloud.journal.find({ service: 'vault', since }).map(({ operation }) => operation))].sort();
}

test('the private key cannot leave: consent, warming, sending and health of an app ask for no secret', async () => {
  await bringIn(stack, contoso);
  await sendMail('with-the-key-in-the-vault');
  const health = await fetch(`${stack.host.url}/api/health`);
  assert.equal(health.status, 200, await health.text());
  await waitFor('the timer to have run', () => stack.lines.some((line) => line.includes('"warm.done"')) || undefined);

  const operations = vaultOperations();
  assert.ok(operations.includes('sign') && operations.includes('listCertificateVersions'), operations.join());
  assert.deepEqual(
    operations.filter((operation) => /secret/i.test(operation)),
    [],
  );
});

test('nor would it help to ask: the secret of the certificate holds no private key', async () => {
  const { secrets } = vaultClients(stack.cloud.urls.vault, managedIdentity(stack.cloud));
  const { value = '' } = await secrets.getSecret(vendor.certificateName);
  assert.match(value, /-----BEGIN CERTIFICATE-----/);
  assert.doesNotMatch(value, /PRIVATE KEY/);
});

describe('the app does not start', () => {
  interface Refusal {
    readonly settings: () => Promise<Record<string, string>> | Record<string, string>;
    readonly message: RegExp;
  }

  const withCertificate = async (name: string, validityDays?: number): Promise<Record<string, string>> => {
    await addCertificateVersion(state, {
      name,
      exportable: false,
      ...(validityDays !== undefined && { validityDays }),
    });
    return { TENANTPOST_CERTIFICATE_NAME: name };
  };

  const refusals: Record<string, Refusal> = {
    'with a certificate that has expired': {
      settings: () => withCertificate('expired', -1),
      message:
        /^TENANTPOST_CERTIFICATE_NAME: certificate expired has no version .* expired at \S+Z\. Make a new version .* registration\.$/,
    },
    'with a certificate that is not there': {
      settings: () => ({ TENANTPOST_CERTIFICATE_NAME: 'nowhere' }),
      message: /^TENANTPOST_CERTIFICATE_NAME: certificate nowhere is not in the vault\. Make it there, or correct/,
    },
    'with local signing and a certificate whose private key cannot be fetched': {
      settings: () => ({ TENANTPOST_CERTIFICATE_SIGNING: 'local' }),
      message: /^TENANTPOST_CERTIFICATE_NAME: .* has no private key .*\. Set TENANTPOST_CERTIFICATE_SIGNING to vault/,
    },
    'with a certificate whose key usage lacks digitalSignature': {
      settings: async () => {
        const settings = await withCertificate('wrapping');
        const policy = state.vaultCertificatePolicies.find(({ name }) => name === 'wrapping');
        assert.ok(policy);
        policy.keyUsage = ['keyEncipherment'];
        for (const version of state.vaultCertificates) if (version.name === 'wrapping') version.enabled = false;
        (await addCertificateVersion(state, { name: 'wrapping' })).created += 1;
        return settings;
      },
      message: /^TENANTPOST_CERTIFICATE_NAME: .* without digitalSignature.* Add digitalSignature to the key usage/,
    },
    'with a managed identity that is not its own': {
      settings: () => ({ AZURE_CLIENT_ID: crypto.randomUUID() }),
      message: /^AZURE_CLIENT_ID: names a managed identity that is not assigned .* Assign the user-assigned identity/,
    },
    'with a managed identity that may do nothing in the vault': {
      settings: () => {
        const clientId = crypto.randomUUID();
        state.identities.push({ clientId, principalId: crypto.randomUUID(), name: 'without', vaultRoles: [] });
        return { AZURE_CLIENT_ID: clientId };
      },
      message:
        /^TENANTPOST_VAULT_URL: Key Vault refused to list .* on certificate .* Assign the role Key Vault Reader /,
    },
    'with a kind of credential that does not exist': {
      settings: () => ({ TENANTPOST_CREDENTIAL: 'certificat' }),
      message:
        /^Settings are wrong:\n {2}TENANTPOST_CREDENTIAL: expected one of certificate, managed-identity, secret$/,
    },
    'with the name of the vault in place of its address': {
      settings: () => ({ TENANTPOST_VAULT_URL: 'kv-tenantpost' }),
      message:
        /TENANTPOST_VAULT_URL: expected an address like https:\/\/kv-tenantpost\.vault\.azure\.net: not the name/,
    },
    'with a Key Vault reference that was not resolved': {
      settings: () => ({
        TENANTPOST_CREDENTIAL: 'secret',
        TENANTPOST_CERTIFICATE_NAME: '',
        TENANTPOST_CLIENT_SECRET: '@Microsoft.KeyVault(SecretUri=https://acct.vault.azure.net/secrets/x)',
      }),
      message: /^Settings are wrong:\n {2}TENANTPOST_CLIENT_SECRET: expected a secret, and its Key Vault reference was/,
    },
  };
  for (const [why, { settings, message }] of Object.entries(refusals)) {
    test(`${why}, and says which setting and what to do`, async () => {
      const lines: string[] = [];
      const refusal = await refusalOf({ ...stack.settings, ...(await settings()) }, (line) => lines.push(line));
      assert.match(refusal, message);
      // It stands on the terminal as well, where it comes by the pipe of another process.
      for (const part of refusal.split('\n')) {
        await waitFor(`"${part}" on the terminal`, () => lines.find((line) => line.includes(part.trim())));
      }
    });
  }
});

test('the app starts while the vault is away, and says that it could not check', async () => {
  const lines: string[] = [];
  const host = await startHost({
    root,
    settings: {
      ...stack.settings,
      TENANTPOST_VAULT_URL: `https://localhost:${await freePort()}`,
      TENANTPOST_WARM_EVERY_SECONDS: '900',
    },
    onLine: (line) => lines.push(line),
  });
  try {
    const said = await waitFor('the warning', () => lines.find((line) => line.includes('start.credential-unchecked')));
    assert.match(said, /"code":"VAULT_UNAVAILABLE"/);
  } finally {
    await host.stop();
  }
});

describe('the same app sends mail, proven otherwise', () => {
  const registration = () => {
    const [own] = state.registrations;
    assert.ok(own);
    return own;
  };
  const none = { TENANTPOST_CERTIFICATE_NAME: '' };

  const kinds: Record<
    string,
    { settings: () => Promise<Record<string, string>> | Record<string, string>; vault: string[] }
  > = {
    'by the token of the managed identity, without asking the vault for anything to prove it': {
      settings: () => {
        const [identity] = state.identities;
        assert.ok(identity);
        addFederatedCredential(registration(), {
          name: 'tenantpost',
          issuer: `https://login.microsoftonline.com/${vendor.tenantId}/v2.0`,
          subject: identity.principalId,
          audiences: ['api://AzureADTokenExchange'],
        });
        return { ...none, TENANTPOST_CREDENTIAL: 'managed-identity' };
      },
      vault: [],
    },
    'by a secret in the vault': {
      settings: () => {
        setSecret(state, { name: 'mail-secret', value: addSecret(registration()).value });
        return { ...none, TENANTPOST_CREDENTIAL: 'secret', TENANTPOST_CLIENT_SECRET_NAME: 'mail-secret' };
      },
      vault: ['getSecret', 'listSecretVersions'],
    },
    'by a secret in a setting': {
      settings: () => ({
        ...none,
        TENANTPOST_CREDENTIAL: 'secret',
        TENANTPOST_CLIENT_SECRET: addSecret(registration()).value,
      }),
      vault: [],
    },
    'by a certificate whose key it fetched': {
      settings: async () => {
        const { der } = await addCertificateVersion(state, { name: 'mail-local', exportable: true });
        addCertificate(registration(), der);
        return { TENANTPOST_CERTIFICATE_NAME: 'mail-local', TENANTPOST_CERTIFICATE_SIGNING: 'local' };
      },
      vault: ['getCertificate', 'getSecret', 'listCertificateVersions'],
    },
  };
  /** What the data key costs, whatever proves the app. */
  const always = ['challenge', 'getKey', 'unwrapKey'];

  for (const [how, { settings, vault }] of Object.entries(kinds)) {
    test(how, async () => {
      await stack.host.stop();
      for (const { partitionKey, rowKey } of await rowsOf(stack, tables.tokens)) {
        if (partitionKey !== contoso.id) continue;
        await stack.storage.table(tables.tokens).deleteEntity(contoso.id, String(rowKey));
      }
      const since = Date.now();
      let host: Host | undefined;
      try {
        host = await startHost({ root, settings: { ...stack.settings, ...(await settings()) } });
        await sendMail(how.replaceAll(/\W+/g, '-').slice(0, 30));
      } finally {
        await host?.stop();
      }
      assert.ok(
        stack.cloud.journal.find({ service: 'entra', operation: 'token', since, outcome: 'accepted' }).length > 0,
      );
      assert.deepEqual(
        vaultOperations(since).filter((operation) => !always.includes(operation)),
        vault,
      );
    });
  }
});
