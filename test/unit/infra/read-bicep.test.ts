/** The reader of Bicep files itself: what it makes of them, and that it stops at what it does not understand. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type Deployment, readBicep, type ReadOptions } from '../../support/bicep/read-bicep.ts';
import type { Plain } from '../../support/bicep/values.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-bicep-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A folder with main.bicep and whatever else it needs. */
function deployed(main: string, others: Record<string, string> = {}, options: ReadOptions = {}): Deployment {
  const own = join(folder, `${++files}`);
  for (const [name, text] of Object.entries({ 'main.bicep': main, ...others })) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), text);
  }
  return readBicep(own, options);
}

const valueOf = (expression: string, type = 'string'): Plain | undefined =>
  deployed(`output it ${type} = ${expression}\n`).outputs['it'];

const account = `
resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: 'stmail'
  resource tables 'tableServices' = {
    name: 'default'
  }
}
`;

const assignment = (more: string): string => `${account}
resource one 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid('one')
  ${more}
}
`;

const publisher =
  "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')";

describe('an expression', () => {
  for (const [expression, type, expected] of [
    ["'a\\'b\\n${1 + 2 * 3}'", 'string', "a'b\n7"],
    ["'''\ntwo\nlines'''", 'string', 'two\nlines'],
    ["true && !false ? 'yes' : 'no'", 'string', 'yes'],
    ['[for (x, i) in [5, 6]: x * i]', 'int[]', [0, 6]],
    ["[for x in ['a', 'b']: if (x != 'a') { name: x }]", 'array', [{ name: 'b' }]],
    ["map(['a'], x => '${x}!')", 'string[]', ['a!']],
    [
      "toObject(filter(items({ b: '', a: 'x' }), one => !empty(one.value)), one => one.key, one => one.value)",
      'object',
      { a: 'x' },
    ],
    ["{ a: { b: 'deep' } }.a.?c ?? 'none'", 'string', 'none'],
    ['[\n  1\n  ...[2, 3]\n]', 'int[]', [1, 2, 3]],
    ["take(replace('a-b-c', '-', ''), 2)", 'string', 'ab'],
    ["concat(['a'], true ? [] : ['b'])", 'string[]', ['a']],
  ] as const) {
    test(`${expression.replaceAll('\n', ' ')} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(valueOf(expression, type), expected);
    });
  }

  test('is evaluated once it is needed, whatever the order of the file', () => {
    const { outputs } = deployed("output it string = later\nvar later = '${last}!'\nvar last = 'end'\n");
    assert.equal(outputs['it'], 'end!');
  });
});

describe('resources', () => {
  test('have the names and ids of ARM, with their parents’ before them, and loops make many', () => {
    const { tables, resources } = deployed(`${account}
resource rows 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-04-01' = [
  for table in ['tenants', 'mail']: {
    parent: account::tables
    name: table
  }
]
`);
    assert.deepEqual(tables, ['tenants', 'mail']);
    const { name, id = '', apiVersion } = resources.at(-1) ?? {};
    assert.equal(name, 'stmail/default/mail');
    assert.match(
      id,
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Storage\/storageAccounts\/stmail\/tableServices\/default\/tables\/mail$/,
    );
    assert.equal(apiVersion, '2026-04-01');
  });

  test('that exist already, or whose condition does not hold, are not deployed', () => {
    const { resources } = deployed(`
resource there 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: 'kv-there'
}
resource never 'Microsoft.KeyVault/vaults@2026-02-01' = if (there.name == 'another') {
  name: 'kv-never'
}
`);
    assert.deepEqual(resources, []);
  });

  test('of modules count as well, and their outputs reach the caller', () => {
    const { outputs, containers } = deployed(
      "module inner 'modules/inner.bicep' = {\n  params: { names: ['a', 'b'] }\n}\noutput it string = inner.outputs.first\n",
      {
        'modules/inner.bicep': `param names string[]
resource boxes 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = [for box in names: { name: 'st/default/\${box}' }]
output first string = boxes[0].name
`,
      },
    );
    assert.deepEqual([outputs['it'], containers], ['a', ['a', 'b']]);
  });

  test('role assignments are told by the names of role and scope', () => {
    const { roleAssignments } = deployed(
      assignment(`scope: account\n  properties: {\n    principalId: 'p'\n    roleDefinitionId: ${publisher}\n  }`),
    );
    const [one] = roleAssignments;
    assert.deepEqual(
      [one?.role, one?.scopeKind, one?.scopeName, one?.principalId],
      ['Monitoring Metrics Publisher', 'account', 'stmail', 'p'],
    );
  });
});

describe('parameters', () => {
  const main = `
@minLength(2)
@maxLength(4)
@description('A name.')
param name string
param size 'small' | 'large' = 'small'
param more {
  @minValue(1)
  count: int
  note: string?
}?
output it string = '\${name} \${size} \${more.?count ?? 0}'
`;
  test('are described, and their defaults hold', () => {
    const { parameters, outputs } = deployed(main, {}, { parameters: { name: 'abc' } });
    assert.deepEqual(parameters, [
      { name: 'name', required: true, description: 'A name.', minLength: 2, maxLength: 4 },
      { name: 'size', required: false, allowed: ['small', 'large'] },
      { name: 'more', required: false },
    ]);
    assert.equal(outputs['it'], 'abc small 0');
  });

  for (const [why, given, message] of [
    ['is missing', {}, /name is missing/],
    ['is too short', { name: 'a' }, /name: shorter than 2/],
    ['is of another type', { name: 7 }, /name: 7 is no string/],
    ['is none of what is allowed', { name: 'ab', size: 'huge' }, /size: "huge" is none of what is allowed/],
    ['has an unknown property', { name: 'ab', more: { count: 1, nota: 'x' } }, /more: nota is no property/],
    ['has a property out of bounds', { name: 'ab', more: { count: 0 } }, /more\.count: less than 1/],
    ['is not known', { name: 'ab', nome: 'ab' }, /no parameter nome/],
  ] as const) {
    test(`one that ${why} is refused, with file and line`, () => {
      assert.throws(() => deployed(main, {}, { parameters: given }), message);
      assert.throws(() => deployed(main, {}, { parameters: given }), /main\.bicep:\d+: /);
    });
  }

  test('come from a .bicepparam and the environment', () => {
    const own = join(folder, 'param');
    mkdirSync(own);
    writeFileSync(join(own, 'main.bicep'), 'param name string\noutput it string = name\n');
    const file = join(own, 'main.dev.bicepparam');
    writeFileSync(file, "using './main.bicep'\nparam name = readEnvironmentVariable('NAME', 'default')\n");
    assert.equal(readBicep(file).outputs['it'], 'default');
    assert.equal(readBicep(file, { environment: { NAME: 'set' } }).outputs['it'], 'set');
  });
});

describe('what it does not understand stops it', () => {
  for (const [what, main, message] of [
    ['a statement', 'assert it = true\n', /a statement that this reader knows/],
    ['a function', "output it string = base64('a')\n", /base64\(\) is a function that this reader does not know/],
    ['a key that is listed', `${account}output it object = account.listKeys()\n`, /listKeys\(\) of a resource/],
    ['a decorator', '@retryOn([])\nparam name string\n', /a decorator that this reader knows/],
    ['a type', 'param name resourceInput = 1\n', /resourceInput is a type/],
    [
      'a property that only Azure knows',
      `${account}output it string = account.properties.creationTime\n`,
      /has no creationTime that this reader knows/,
    ],
    ['a name that is not there', 'output it string = nothing\n', /nothing is called nothing/],
    ['a symbol that needs itself', 'var a = b\nvar b = a\n', /needs itself/],
    ['another target scope', "targetScope = 'subscription'\n", /a target scope/],
    [
      'a resource name of too few parts',
      "resource t 'Microsoft.Storage/storageAccounts/tableServices@2026-04-01' = {\n  name: 'one'\n}\n",
      /is no name of/,
    ],
    [
      'a role that has no name here',
      assignment("scope: account\n  properties: { principalId: 'p', roleDefinitionId: 'x' }"),
      /x is a role/,
    ],
    [
      'a role on the whole resource group',
      assignment(`properties: { principalId: 'p', roleDefinitionId: ${publisher} }`),
      /on the whole resource group/,
    ],
    [
      'a role under a condition',
      assignment(`scope: account\n  properties: { principalId: 'p', roleDefinitionId: ${publisher}, condition: 'x' }`),
      /condition of a role assignment/,
    ],
    ['a string that does not end', "output it string = 'a\n", /does not end on its line/],
  ] as const) {
    test(what, () => assert.throws(() => deployed(main), message));
  }
});
