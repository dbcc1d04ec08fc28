import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { exampleSeed } from '../../../../../local/cloud/seed-file/example-seed.ts';
import { InvalidSeedError, readSeed } from '../../../../../local/cloud/seed-file/read-seed.ts';
import { seedFileSchema } from '../../../../../local/cloud/seed-file/seed-file.ts';

/** Field and message of everything that is wrong. */
function problemsOf(seed: unknown): string[] {
  try {
    readSeed(seed);
  } catch (error) {
    if (!(error instanceof InvalidSeedError)) throw error;
    return error.problems.map(({ field, message }) => `${field}: ${message}`);
  }
  return [];
}

const tenant = { domain: 'contoso.example', mailboxes: ['post'] };
const app = { displayName: 'App' };
const world = (changes: object): object => ({ version: 1, tenants: [tenant], registrations: [app], ...changes });

describe('a seed', () => {
  test('needs its version and nothing else', () => {
    const seed = readSeed({ version: 1 });
    assert.deepEqual([seed.tenants, seed.registrations, seed.identities, seed.faults], [[], [], [], []]);
    assert.deepEqual(problemsOf({}), ['version: must be one of 1']);
    assert.deepEqual(problemsOf({ version: 2 }), ['version: must be one of 1']);
  });

  test('has Microsoft’s limits where it names a part of them', () => {
    const { limits } = readSeed({ version: 1, limits: { sending: { messages: { most: 3, seconds: 1 } } } });
    assert.deepEqual(limits.sending.messages, { most: 3, seconds: 1 });
    assert.equal(limits.sending.recipientsPerMessage, 500);
    assert.equal(limits.graph.concurrentRequests, 4);
  });

  test('that is printed as an example is a seed', () => {
    assert.deepEqual(problemsOf(exampleSeed), []);
    assert.deepEqual(problemsOf(JSON.parse(JSON.stringify(exampleSeed))), []);
  });

  test('is told everything that is wrong about it at once, by field', () => {
    const seed = {
      version: 1,
      tenants: [{ domain: 'Contoso' }, { domain: 'fabrikam.example', administrators: [] }],
      registrations: [{ displayName: 'App', audience: 'everybody', secrets: [{ value: 'short' }] }],
      vault: { certificates: [{ name: 'a b', keySize: 1024 }] },
      colour: 'red',
    };
    const problems = problemsOf(seed);
    assert.deepEqual(
      problems.map((one) => one.split(':')[0]),
      [
        'tenants.0.domain',
        'tenants.1.administrators',
        'registrations.0.audience',
        'registrations.0.secrets.0.value',
        'vault.certificates.0.name',
        'vault.certificates.0.keySize',
        'colour',
      ],
    );
    assert.ok(problems.includes('vault.certificates.0.keySize: must be 2048, 3072 or 4096'), problems.join('\n'));
  });
});

const wrong: [string, object, string][] = [
  ['no array of tenants', { tenants: {} }, 'tenants: must be an array'],
  ['an id that is none', { tenants: [{ ...tenant, id: '1' }] }, 'tenants.0.id: must be a GUID'],
  [
    'a mailbox with an unknown switch',
    { tenants: [{ ...tenant, mailboxes: [{ name: 'post', licenced: true }] }] },
    'tenants.0.mailboxes.0.licenced: is not known',
  ],
  [
    'a mailbox of another domain',
    { tenants: [{ ...tenant, mailboxes: ['post@fabrikam.example'] }] },
    'tenants.0.mailboxes.0: must be an address in contoso.example',
  ],
  [
    'one mailbox twice',
    { tenants: [{ ...tenant, mailboxes: ['post', { name: 'Post@contoso.example' }] }] },
    'tenants.0.mailboxes.1: post@contoso.example is there already',
  ],
  ['two tenants of one domain', { tenants: [tenant, tenant] }, 'tenants.1.domain: "contoso.example" is there already'],
  [
    'consent to an app that is not registered',
    { tenants: [{ ...tenant, consents: ['Other'] }] },
    'tenants.0.consents.0: must be the displayName of a registration: there is no "Other"',
  ],
  [
    'consent to one app twice',
    { tenants: [{ ...tenant, consents: ['App', { app: 'App' }] }] },
    'tenants.0.consents.1: the consent to "App" is there already',
  ],
  [
    'an app in Exchange without consent',
    { tenants: [{ ...tenant, exchange: { apps: [{ app: 'App' }] } }] },
    'tenants.0.exchange.apps.0.app: must be an app to which contoso.example has consented: not "App"',
  ],
  [
    'a right over a mailbox that is not there',
    { tenants: [{ ...tenant, consents: ['App'], exchange: { apps: [{ app: 'App', fullAccess: ['nobody'] }] } }] },
    'tenants.0.exchange.apps.0.fullAccess.0: must be a mailbox of contoso.example: there is no "nobody"',
  ],
  ['two apps of one name', { registrations: [app, app] }, 'registrations.1.displayName: "app" is there already'],
  [
    'an app of a tenant that is not there',
    { registrations: [{ ...app, tenant: 'fabrikam.example' }] },
    'registrations.0.tenant: must be the domain of a tenant: there is no "fabrikam.example"',
  ],
  ['an app without any tenant', { tenants: [] }, 'tenants: must have the tenant in which the apps are registered'],
  [
    'a secret that ends before it starts',
    {
      registrations: [
        {
          ...app,
          secrets: [{ value: 'long enough', startsAt: '2030-01-02T00:00:00Z', endsAt: '2030-01-01T00:00:00Z' }],
        },
      ],
    },
    'registrations.0.secrets.0.endsAt: must be a time after startsAt',
  ],
  [
    'a secret whose end is no time',
    { registrations: [{ ...app, secrets: [{ value: 'long enough', endsAt: 'tomorrow' }] }] },
    'registrations.0.secrets.0.endsAt: must be a time, such as 2030-01-31T00:00:00Z',
  ],
  [
    'a certificate that is none',
    {
      registrations: [
        { ...app, certificates: [{ pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }] },
      ],
    },
    'registrations.0.certificates.0.pem: must be a certificate as PEM',
  ],
  [
    'a certificate that the vault lacks',
    { registrations: [{ ...app, certificates: [{ vault: 'app' }] }] },
    'registrations.0.certificates.0.vault: must be a certificate of the vault: there is no "app"',
  ],
  [
    'a certificate by an unknown word',
    { registrations: [{ ...app, certificates: ['make'] }] },
    'registrations.0.certificates.0: must be "generate", {"vault": "name"} or {"pem": "-----BEGIN CERTIFICATE-----..."}',
  ],
  [
    'trust in an identity that is not there',
    { registrations: [{ ...app, federatedCredentials: [{ name: 'a', identity: 'id' }] }] },
    'registrations.0.federatedCredentials.0.identity: must be the name of an identity: there is no "id"',
  ],
  [
    'more than 20 federated credentials',
    {
      registrations: [
        {
          ...app,
          federatedCredentials: Array.from({ length: 21 }, (_, n) => ({ name: `${n}`, issuer: 'i', subject: `${n}` })),
        },
      ],
    },
    'registrations.0.federatedCredentials: may have 20',
  ],
  [
    'two identities of one name',
    { identities: [{ name: 'id' }, { name: 'ID' }] },
    'identities.1.name: "id" is there already',
  ],
  [
    'a key under the name of a certificate',
    { vault: { certificates: [{ name: 'one' }], keys: [{ name: 'One' }] } },
    'vault.keys.0.name: a certificate is named "One"',
  ],
  [
    'a fault that its service cannot have',
    { faults: [{ service: 'graph', fault: { kind: 'reply', text: '250 OK' } }] },
    'faults.0.fault.kind',
  ],
  ['a negative time to settle', { settling: -1 }, 'settling: must be 0 or more'],
];

describe('a seed is refused with', () => {
  for (const [what, changes, expected] of wrong) {
    test(what, () => {
      const problems = problemsOf(world(changes));
      assert.ok(
        problems.some((one) => one === expected || one.startsWith(`${expected}:`)),
        problems.join('\n') || 'it is accepted',
      );
    });
  }

  test('anything but an object', () => {
    for (const seed of [null, [], 'seed', 1]) assert.match(problemsOf(seed).join(), /^the whole: /);
  });
});

test('the JSON Schema knows every field of the example, and names what must be given', () => {
  const schema = z
    .looseObject({ required: z.array(z.string()), properties: z.record(z.string(), z.unknown()) })
    .parse(seedFileSchema());
  assert.deepEqual(schema.required, ['version']);
  for (const name of Object.keys(exampleSeed)) assert.ok(name in schema.properties, name);
  assert.match(JSON.stringify(schema.properties['tenants']), /"required":\["domain"\]/);
});
