import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { makeAppCertificate } from '../../../../../local/cloud/certificate-authority.ts';
import { signDigest } from '../../../../../local/cloud/vault/digest-signature.ts';
import { VaultCertificateCredential } from '../../../../../shared/adapters/entra/vault-certificate-credential.ts';
import { minutes } from '../../../../../shared/clock.ts';
import { clientId, contoso, fabrikam } from '../../../../support/app-identity.ts';
import { noon, settableClock } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { recordingLog } from '../../../../support/recording-log.ts';

const certificateName = 'tenantpost';
const authorityUrl = 'https://login.microsoftonline.com';

/** Versions of the app's certificate as a vault holds them, each with its key; v2 is the newer. */
const versions = await Promise.all(
  ['v1', 'v2'].map(async (version, place) => {
    // Valid at the tests' own noon, which may lie behind the true time or ahead of it.
    const { der, thumbprint, privateJwk } = await makeAppCertificate(certificateName, 3650);
    return {
      version,
      createdOn: new Date(noon + place * 1000),
      keyId: `https://acct.vault.azure.net/keys/${certificateName}/${version}`,
      cer: Buffer.from(der, 'base64'),
      thumbprint,
      key: createPrivateKey({ key: { ...privateJwk }, format: 'jwk' }),
    };
  }),
);
type Version = (typeof versions)[number];
const [v1, v2] = versions;
assert.ok(v1 !== undefined && v2 !== undefined);
const start = Math.max(...versions.map(({ cer }) => Date.parse(new X509Certificate(cer).validFrom)));
/** The first whole second at which both are valid. */
const begin = Math.ceil(start / 1000) * 1000;

/** The parts of the vault's SDK that the credential uses, over a signer of node:crypto. */
function aVault() {
  const clock = settableClock(begin);
  const { log, lines } = recordingLog();
  const vault = {
    list: [v1] as (Version | undefined)[],
    reads: 0,
    signed: [] as string[],
    operations: ['sign', 'verify'] as string[] | undefined,
    keyEnabled: true,
    failure: undefined as Error | undefined,
    keyFailure: undefined as Error | undefined,
    signFailure: undefined as Error | undefined,
    async *listPropertiesOfCertificateVersions() {
      vault.reads += 1;
      await new Promise(setImmediate);
      if (vault.failure !== undefined) throw vault.failure;
      yield* vault.list.map((one) => ({ version: one?.version ?? 'v0', createdOn: one?.createdOn ?? new Date(noon) }));
    },
    getCertificateVersion(_name: string, version: string) {
      const found = versions.find((one) => one.version === version);
      return Promise.resolve({ ...(found && { cer: found.cer, keyId: found.keyId }) });
    },
    getKey(_name: string, { version }: { version: string }) {
      if (vault.keyFailure !== undefined) return Promise.reject(vault.keyFailure);
      const newest = vault.list.at(-1)?.version === version;
      const keyOperations = newest ? vault.operations : ['sign'];
      return Promise.resolve({
        ...(keyOperations !== undefined && { keyOperations }),
        properties: { enabled: newest ? vault.keyEnabled : true },
      });
    },
    cryptography: (keyId: string) => ({
      async sign(algorithm: string, digest: Uint8Array) {
        assert.equal(algorithm, 'PS256');
        const version = versions.find((one) => one.keyId === keyId);
        assert.ok(version !== undefined);
        await new Promise(setImmediate);
        if (vault.signFailure !== undefined) throw vault.signFailure;
        vault.signed.push(keyId);
        return { result: signDigest('PS256', version.key, Buffer.from(digest)) };
      },
    }),
  };
  const credential = new VaultCertificateCredential({
    certificates: vault,
    keys: vault,
    cryptography: vault.cryptography,
    certificateName,
    clientId,
    authorityUrl,
    refreshSeconds: 600,
    now: clock.now,
    log,
  });
  const thumbprints = async (): Promise<string[]> => (await credential.proofs()).map(({ id }) => id);
  const assertion = async (tenantId: string): Promise<string> => {
    const [proof] = await credential.proofs();
    const presented = await proof?.present(tenantId);
    assert.ok(presented !== undefined && 'assertion' in presented);
    return presented.assertion;
  };
  return { clock, vault, credential, assertion, thumbprints, lines };
}

const publicKeyOf = ({ cer }: { cer: Buffer }) => new X509Certificate(cer).publicKey;
const withStatus = (statusCode: number): Error => Object.assign(new Error('x'), { statusCode });

describe('an assertion', () => {
  test('is signed with PS256 by the key of the certificate, whose thumbprint it names', async () => {
    const { assertion, vault } = aVault();
    const signed = await assertion(contoso);
    assert.deepEqual(decodeProtectedHeader(signed), { alg: 'PS256', typ: 'JWT', 'x5t#S256': v1.thumbprint });
    assert.deepEqual(vault.signed, [v1.keyId]);
    // RFC 7523 section 3 and Entra's own page ask for these, and Entra for nothing else.
    const { payload } = await jwtVerify(signed, publicKeyOf(v1), { currentDate: new Date(begin) });
    const { jti, ...claims } = payload;
    assert.match(jti ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(claims, {
      aud: `${authorityUrl}/${contoso}/oauth2/v2.0/token`,
      iss: clientId,
      sub: clientId,
      iat: begin / 1000,
      nbf: begin / 1000,
      exp: begin / 1000 + 600,
    });
  });

  test('is refused by whoever knows another certificate, and when a part of it changed', async () => {
    const { assertion } = aVault();
    const signed = await assertion(contoso);
    const options = { currentDate: new Date(begin) };
    await assert.rejects(jwtVerify(signed, publicKeyOf(v2), options));
    const other = await assertion(fabrikam);
    const [header, , signature] = signed.split('.');
    await assert.rejects(jwtVerify(`${header}.${other.split('.')[1]}.${signature}`, publicKeyOf(v1), options));
  });

  test('is for one tenant and names no other’s token endpoint', async () => {
    const { assertion } = aVault();
    const made = await Promise.all([contoso, fabrikam].map((tenant) => assertion(tenant)));
    const payloads = await Promise.all(
      made.map(async (one) => (await jwtVerify(one, publicKeyOf(v1), { currentDate: new Date(begin) })).payload),
    );
    assert.deepEqual(
      payloads.map(({ aud }) => aud),
      [contoso, fabrikam].map((tenant) => `${authorityUrl}/${tenant}/oauth2/v2.0/token`),
    );
    assert.equal(new Set(payloads.map(({ jti }) => jti)).size, 2);
  });
});

describe('the signature', () => {
  test('is asked for once by all who want the same tenant within five minutes', async () => {
    const { assertion, vault, clock } = aVault();
    const together = await Promise.all(Array.from({ length: 8 }, () => assertion(contoso)));
    clock.advance(5 * minutes - 1);
    together.push(await assertion(contoso.toUpperCase()));
    assert.equal(new Set(together).size, 1);
    assert.equal(vault.signed.length, 1);

    clock.advance(1);
    const next = await assertion(contoso);
    assert.notEqual(next, together[0]);
    const at = (begin + 5 * minutes) / 1000;
    const { payload } = await jwtVerify(next, publicKeyOf(v1), { currentDate: new Date(clock.now()) });
    assert.deepEqual([payload.iat, payload.nbf, payload.exp], [at, at, at + 600]);
  });

  test('is asked for again when the clock was set back: what was signed starts in the future', async () => {
    const { assertion, vault, clock } = aVault();
    clock.advance(60 * minutes);
    await assertion(contoso);
    clock.advance(-60 * minutes);
    const { payload } = await jwtVerify(await assertion(contoso), publicKeyOf(v1), { currentDate: new Date(begin) });
    assert.equal(payload.nbf, begin / 1000);
    assert.equal(vault.signed.length, 2);
  });

  test('is asked for again by each version: none presents what another signed', async () => {
    const { credential, vault } = aVault();
    vault.list = [v1, v2];
    const made = [];
    for (const proof of await credential.proofs()) made.push(await proof.present(contoso));
    assert.deepEqual(vault.signed, [v2.keyId, v1.keyId]);
    assert.deepEqual(
      made.map((one) => 'assertion' in one && decodeProtectedHeader(one.assertion)['x5t#S256']),
      [v2.thumbprint, v1.thumbprint],
    );
  });

  for (const [statusCode, code] of [
    [403, 'VAULT_REFUSED'],
    [429, 'VAULT_UNAVAILABLE'],
  ] as const) {
    test(`that the vault does not give, with ${statusCode}, is ${code}, and asked for again by the next caller`, async () => {
      const { assertion, vault } = aVault();
      vault.signFailure = withStatus(statusCode);
      const got = await Promise.allSettled([assertion(contoso), assertion(contoso)]);
      assert.ok(got.every((one) => one.status === 'rejected' && withCode(code)(one.reason)));
      vault.signFailure = undefined;
      assert.ok(await assertion(contoso));
    });
  }
});

describe('the proofs', () => {
  test('are the versions by their thumbprints, newest first, each with the end of its certificate', async () => {
    const { credential, vault } = aVault();
    vault.list = [v1, v2];
    const proofs = await credential.proofs();
    assert.deepEqual(
      proofs.map(({ id, expiresAt }) => [id, expiresAt]),
      [v2, v1].map(({ thumbprint, cer }) => [thumbprint, Date.parse(new X509Certificate(cer).validTo)]),
    );
  });

  test('are read once for callers that come together, and a new version is there after ten minutes', async () => {
    const { thumbprints, vault, clock } = aVault();
    await Promise.all(Array.from({ length: 20 }, thumbprints));
    assert.equal(vault.reads, 1);
    vault.list = [v1, v2];
    clock.advance(10 * minutes);
    assert.deepEqual(await thumbprints(), [v2.thumbprint, v1.thumbprint]);
  });

  test('are those of before while the vault is away: a token can be had with what is kept', async () => {
    const { assertion, thumbprints, vault, clock } = aVault();
    await thumbprints();
    clock.advance(8 * minutes);
    await assertion(contoso);
    vault.failure = vault.signFailure = withStatus(503);
    clock.advance(4 * minutes);
    assert.equal(decodeProtectedHeader(await assertion(contoso))['x5t#S256'], v1.thumbprint);
  });
});

describe('a version is passed over', () => {
  const newestCannot: Record<string, (vault: ReturnType<typeof aVault>['vault']) => void> = {
    'whose key may not sign': (vault) => (vault.operations = ['wrapKey', 'unwrapKey']),
    'whose key is disabled': (vault) => (vault.keyEnabled = false),
  };
  for (const [which, change] of Object.entries(newestCannot)) {
    test(`${which}, and alone it is CREDENTIAL_UNUSABLE`, async () => {
      const { thumbprints, vault, lines } = aVault();
      vault.list = [v1, v2];
      change(vault);
      assert.deepEqual(await thumbprints(), [v1.thumbprint]);
      assert.equal(lines[0]?.detail['problem'], 'belongs to a key that is disabled or may not sign');

      const alone = aVault();
      change(alone.vault);
      const error = await failureOf(alone.thumbprints());
      assert.equal(error.code, 'CREDENTIAL_UNUSABLE');
      assert.match(
        error.message,
        /^TENANTPOST_CERTIFICATE_NAME: certificate tenantpost has no version .* may not sign\./,
      );
      assert.deepEqual(alone.vault.signed, []);
    });
  }

  test('that is still being made, and has no certificate yet', async () => {
    const { thumbprints, vault } = aVault();
    vault.list = [undefined, v1];
    assert.deepEqual(await thumbprints(), [v1.thumbprint]);
    const alone = aVault();
    alone.vault.list = [undefined];
    assert.match((await failureOf(alone.thumbprints())).message, /is not made yet, or has no key/);
  });
});

test('a key that may be used and not read is believed to sign', async () => {
  const { assertion, vault } = aVault();
  vault.keyFailure = withStatus(403);
  assert.ok(await assertion(contoso));
});

test('a key that cannot be read for the moment is not believed to be without use', async () => {
  const { thumbprints, vault } = aVault();
  vault.keyFailure = withStatus(503);
  await assert.rejects(thumbprints(), withCode('VAULT_UNAVAILABLE'));
});
