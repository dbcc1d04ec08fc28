/** What proves the app to `tenantpost token`, as a process, against the local cloud's Entra. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { makeAppCertificate } from '../../../local/cloud/certificate-authority.ts';
import { customers } from '../../support/cloud.ts';
import { tenantpost } from '../../support/command.ts';
import { startDirectCase } from '../../support/direct.ts';

const direct = await startDirectCase();
after(() => direct.stop());
const { contoso } = customers;
/** Part of every Debian. */
const openssl = 'openssl';

/** @returns what it printed, which never has the secret in it. */
async function token(argv: readonly string[], variables: Record<string, string> = direct.withSecret, input?: string) {
  const ended = await tenantpost(['token', ...direct.options, ...argv], variables, input);
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes(direct.secret), 'the secret was printed');
  assert.doesNotMatch(ended.stderr, /\n {4}at /);
  return ended;
}

describe('what proves the app', () => {
  test('may be a secret in a file with a line feed at its end, or on standard input', async () => {
    const file = direct.file('secret', `${direct.secret}\n`);
    const byFile = await token(['--tenant', contoso.id, '--secret-file', file], direct.variables);
    const byInput = await token(['--tenant', contoso.id, '--secret-file', '-'], direct.variables, direct.secret);
    assert.deepEqual([byFile.code, byInput.code], [0, 0], byFile.stderr + byInput.stderr);
  });

  test('may be a certificate with its key in one PEM file, or in two', async () => {
    const { pem, keyPem } = await direct.certificate();
    const both = direct.file('both.pem', `${keyPem}${pem}`);
    const one = await token(['--tenant', contoso.id, '--certificate', both], direct.variables);
    assert.match(one.stdout, /^appidacr +by a certificate/m, one.stderr);
    const [certificate, key] = [direct.file('app.pem', pem), direct.file('app.key', keyPem)];
    const two = await token(
      ['--tenant', contoso.id, '--certificate', certificate, '--certificate-key', key],
      direct.variables,
    );
    assert.equal(two.code, 0, two.stderr);
  });

  test('may be a PKCS#12 file, with a password in a variable or without', async () => {
    const { pem, keyPem } = await direct.certificate();
    const source = direct.file('source.pem', `${keyPem}${pem}`);
    for (const password of ['', 'pass word']) {
      const pfx = execFileSync(openssl, ['pkcs12', '-export', '-in', source, '-passout', `pass:${password}`]);
      const file = direct.file('app.pfx', pfx);
      const variables = { ...direct.variables, TPCLI_CERTIFICATE_PASSWORD: password };
      const { code, stderr, stdout } = await token(['--tenant', contoso.id, '--certificate', file], variables);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^appidacr +by a certificate/m);
    }
  });

  for (const [what, content, expected] of [
    [
      'has no key',
      async () => (await direct.certificate()).pem,
      /holds no private key\. Give it with --certificate-key/,
    ],
    ['has another certificate’s key', mixed, /private key belongs to another certificate/],
    [
      'has a certificate that is cut off',
      async () => {
        const { pem, keyPem } = await direct.certificate();
        return `${pem.replace(/\n[^\n]+\n-----END/, '\n-----END')}${keyPem}`;
      },
      /a certificate that cannot be read/,
    ],
    ['is no certificate', () => Promise.resolve('hello'), /neither PEM nor PKCS#12/],
    ['is a broken PKCS#12', () => Promise.resolve('0broken'), /PKCS#12 file does not open/],
  ] as const) {
    test(`a certificate file that ${what} ends with 2, and nobody is asked`, async () => {
      const file = direct.file('odd.pem', await content());
      const since = direct.cloud.journal.find({ service: 'entra' }).length;
      const { code, stderr } = await token(['--tenant', contoso.id, '--certificate', file], direct.variables);
      assert.equal(code, 2);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /PRIVATE KEY/);
      assert.equal(direct.cloud.journal.find({ service: 'entra' }).length, since);
    });
  }

  async function mixed(): Promise<string> {
    return `${(await direct.certificate()).keyPem}${(await direct.certificate()).pem}`;
  }

  test('that has expired is found out here, with its dates', async () => {
    const { der, privateJwk } = await makeAppCertificate('expired', -1);
    const pem = `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`;
    const key = createPrivateKey({ key: privateJwk, format: 'jwk' })
      .export({ type: 'pkcs8', format: 'pem' })
      .toString();
    const file = direct.file('expired.pem', pem + key);
    const { code, stderr } = await token(['--tenant', contoso.id, '--certificate', file], direct.variables);
    assert.equal(code, 2);
    assert.match(stderr, /it is valid from \d{4}-.* to \d{4}-.* only/);
  });

  test('is never an argument, and is asked for where nothing is given', async () => {
    for (const option of ['--secret', '--client-secret', '--password=x']) {
      const { code, stderr } = await tenantpost(['token', '--tenant', contoso.id, option, 'given-aloud']);
      assert.equal(code, 2);
      assert.match(stderr, /A secret is never an argument/);
      assert.doesNotMatch(stderr, /given-aloud/);
    }
    const { code, stderr } = await token(['--tenant', contoso.id], direct.variables);
    assert.equal(code, 2);
    assert.match(stderr, /Set TPCLI_CLIENT_SECRET, or give --secret-file or --certificate/);
  });
});
