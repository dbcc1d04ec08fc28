/** `tenantpost token` as a process, against the local cloud's Entra. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { freePort } from '../../../local/free-port.ts';
import { addTenant, anEnterpriseApp, customers, vendor } from '../../support/cloud.ts';
import { tenantpost } from '../../support/command.ts';
import { overridden, startDirectCase } from '../../support/direct.ts';

const direct = await startDirectCase();
after(() => direct.stop());
const { contoso, fabrikam } = customers;

const claims = z.looseObject({
  aud: z.string(),
  tid: z.string(),
  appid: z.string(),
  oid: z.string(),
  roles: z.array(z.string()).optional(),
});
const document = z.strictObject({ claims, token: z.string().optional() });

/** @returns what it printed, which never has the secret in it. */
async function token(argv: readonly string[], variables: Record<string, string> = direct.withSecret, input?: string) {
  const ended = await tenantpost(['token', ...overridden(direct.options, argv)], variables, input);
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes(direct.secret), 'the secret was printed');
  assert.doesNotMatch(ended.stderr, /\n {4}at /);
  return ended;
}

describe('tenantpost token shows what a token says', () => {
  test('in plain words, by a secret of a variable, and keeps the token to itself', async () => {
    const { code, stdout, stderr } = await token(['--tenant', contoso.id]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^aud +https:\/\/graph\.microsoft\.com +for which service$/m);
    assert.match(stdout, new RegExp(`^tid +${contoso.id} +of which tenant$`, 'm'));
    assert.match(stdout, new RegExp(`^appid +${vendor.appId} +for which app$`, 'm'));
    assert.match(stdout, /^appidacr +by a client secret +how the app proved itself$/m);
    assert.match(stdout, /^roles +Mail\.Send +application permissions$/m);
    assert.match(stdout, /^exp +\d{4}-.+Z \(in \d+ minutes\) +valid until$/m);
    assert.doesNotMatch(stdout, /eyJ/);
  });

  test('as one JSON document, without the token unless it is asked for', async () => {
    const { code, stdout, stderr } = await token(['--tenant', contoso.id, '--json']);
    const told = document.parse(JSON.parse(stdout));
    assert.deepEqual([code, stderr, told.token], [0, '', undefined]);
    assert.deepEqual(
      [told.claims.tid, told.claims.appid, told.claims.roles],
      [contoso.id, vendor.appId, ['Mail.Send']],
    );
  });

  test('raw with --raw alone, and warns on stderr', async () => {
    const { code, stdout, stderr } = await token(['--tenant', contoso.id, '--raw']);
    assert.equal(code, 0);
    assert.match(stdout, /^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
    assert.match(stderr, /^Warning: whoever has this token/);
    assert.doesNotMatch(stderr, /eyJ/);
  });

  test('for SMTP, IMAP and POP with --resource outlook; without a permission it ends with 4 and says so', async () => {
    const { code, stdout, stderr } = await token(['--tenant', contoso.id, '--resource', 'outlook']);
    assert.equal(code, 4);
    assert.match(stdout, /^aud +https:\/\/outlook\.office365\.com/m);
    assert.match(stdout, /^roles +none +application permissions$/m);
    assert.match(stderr, /carries no application permission/);
  });

  test('of a tenant that is named by its domain', async () => {
    const { code, stdout } = await token(['--tenant', contoso.domain, '--json']);
    assert.equal(code, 0);
    assert.equal(document.parse(JSON.parse(stdout)).claims.tid, contoso.id);
  });
});

describe('bad input is told from bad news, with a sentence and no stack trace', () => {
  test('a wrong secret ends with 3, with Entra’s number, remedy and owner, also as JSON', async () => {
    const wrong = { ...direct.variables, TPCLI_CLIENT_SECRET: 'wrong-secret-value' };
    const { code, stdout, stderr } = await token(['--tenant', contoso.id], wrong);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /^CREDENTIAL_REFUSED: .*AADSTS7000215[^]*remedy {4}\S[^]*by whom {3}the operator\n$/);
    assert.doesNotMatch(stderr, /wrong-secret-value/);
    const json = await token(['--tenant', contoso.id, '--json'], wrong);
    const { error } = z
      .strictObject({ error: z.looseObject({ code: z.string(), exitCode: z.number(), owner: z.string() }) })
      .parse(JSON.parse(json.stdout));
    assert.deepEqual([json.code, error.code, error.exitCode, error.owner], [3, 'CREDENTIAL_REFUSED', 3, 'operator']);
  });

  for (const [what, argv, code, expected] of [
    ['a tenant that does not exist', ['--tenant', crypto.randomUUID()], 3, /^TENANT_NOT_FOUND: .*AADSTS90002/],
    [
      'a domain of no tenant',
      ['--tenant', 'nobody.example'],
      3,
      /^TENANT_NOT_FOUND: No tenant of this cloud has the domain nobody\.example/,
    ],
    ['a tenant that never consented', ['--tenant', fabrikam.id], 3, /^APP_NOT_IN_TENANT: .*AADSTS7000229/],
    ['common, which is no tenant', ['--tenant', 'common'], 2, /^--tenant: the tenant ID/],
    ['a path in place of a tenant', ['--tenant', '../x'], 2, /^--tenant: the tenant ID/],
    ['another resource', ['--tenant', contoso.id, '--resource', 'teams'], 2, /Choices: "graph", "outlook"/],
    [
      'a cloud without a resource',
      ['--tenant', contoso.id, '--cloud', 'usgov', '--resource', 'outlook'],
      2,
      /--cloud usgov needs --outlook-resource/,
    ],
    [
      'an address that is not encrypted',
      ['--tenant', contoso.id, '--authority', 'http://localhost:1'],
      2,
      /--authority: an address that begins with https/,
    ],
    [
      'a secret file that is not there',
      ['--tenant', contoso.id, '--secret-file', 'nowhere'],
      2,
      /the file nowhere cannot be read \(ENOENT\)/,
    ],
  ] as const) {
    test(what, async () => {
      const { code: ended, stdout, stderr } = await token(argv);
      assert.deepEqual([ended, stdout], [code, ''], stderr);
      assert.match(stderr, expected);
    });
  }

  test('an Entra that is away ends with 1', async () => {
    const authority = `https://localhost:${await freePort()}`;
    const { code, stderr } = await token(['--tenant', contoso.id, '--authority', authority]);
    assert.equal(code, 1);
    assert.match(stderr, /^ENTRA_UNAVAILABLE: .*ECONNREFUSED/);
  });

  test('a CA that nobody trusts ends with 1, and the secret is sent to nobody', async () => {
    const { code, stderr } = await token(['--tenant', contoso.id], {
      TPCLI_CLIENT_SECRET: direct.secret,
      NODE_EXTRA_CA_CERTS: '',
    });
    assert.equal(code, 1);
    assert.match(stderr, /^ENTRA_UNAVAILABLE: .*\((UNABLE|SELF|DEPTH)\w*\)/);
  });

  test('the app of the token is compared: one that Entra gave for another tenant would not pass', async () => {
    const tenant = addTenant(direct.cloud);
    direct.cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: tenant.id }));
    const { code, stdout } = await token(['--tenant', tenant.domain.toUpperCase(), '--json']);
    assert.equal(code, 0);
    assert.equal(document.parse(JSON.parse(stdout)).claims.tid, tenant.id);
  });
});
