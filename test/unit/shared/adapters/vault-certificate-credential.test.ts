import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { signDigest } from '../../../../local/cloud/vault/digest-signature.ts';
import { VaultCertificateCredential } from '../../../../shared/adapters/vault-certificate-credential.ts';
import { minutes } from '../../../../shared/clock.ts';
import { clientId, contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { withCode } from '../../../support/failing.ts';

const certificateName = 'tenantpost';
const authorityUrl = 'https://login.microsoftonline.com';

/** Versions of the app's certificate as a vault holds them, each with its key. */
const versions = await Promise.all(
  ['v1', 'v2'].map(async (version) => {
    const { der, thumbprint, privateJwk } = await makeAppCertificate(certificateName);
    return {
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

/** The parts of the vault's SDK that the credential uses, over a signer of node:crypto. */
function aVault() {
  const clock = settableClock();
  const vault = {
    newest: v1 as Version | undefined,
    reads: 0,
    signed: [] as string[],
    failure: undefined as Error | undefined,
    async getCertificate(name: string) {
      vault.reads += 1;
      await new Promise(setImmediate);
      if (vault.failure !== undefined) throw vault.failure;
      const { newest } = vault;
      return { name, properties: {}, ...(newest && { cer: newest.cer, keyId: newest.keyId }) };
    },
    cryptography: (keyId: string) => ({
      async sign(algorithm: string, digest: Uint8Array) {
        assert.equal(algorithm, 'PS256');
        const version = versions.find((one) => one.keyId === keyId);
        assert.ok(version !== undefined);
        await new Promise(setImmediate);
        if (vault.failure !== undefined) throw vault.failure;
        vault.signed.push(keyId);
        return { result: signDigest('PS256', version.key, Buffer.from(digest)), algorithm, keyID: keyId };
      },
    }),
  };
  const credential = new VaultCertificateCredential({
    certificates: vault,
    cryptography: vault.cryptography,
    certificateName,
    clientId,
    authorityUrl,
    now: clock.now,
  });
  return { clock, vault, credential };
}

const publicKeyOf = ({ cer }: { cer: Buffer }) => new X509Certificate(cer).publicKey;

describe('an assertion', () => {
  test('is signed with PS256 by the key of the certificate, whose thumbprint it names', async () => {
    const { credential, vault } = aVault();
    const assertion = await credential.assertion(contoso);
    assert.deepEqual(decodeProtectedHeader(assertion), { alg: 'PS256', typ: 'JWT', 'x5t#S256': v1.thumbprint });
    assert.deepEqual(vault.signed, [v1.keyId]);
    // RFC 7523 section 3 and Entra's own page ask for these, and Entra for nothing else.
    const { payload } = await jwtVerify(assertion, publicKeyOf(v1), { currentDate: new Date(noon) });
    const { jti, ...claims } = payload;
    assert.match(jti ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(claims, {
      aud: `${authorityUrl}/${contoso}/oauth2/v2.0/token`,
      iss: clientId,
      sub: clientId,
      iat: noon / 1000,
      nbf: noon / 1000,
      exp: noon / 1000 + 600,
    });
  });

  test('is refused by whoever knows another certificate, and when one character of it changed', async () => {
    const { credential } = aVault();
    const assertion = await credential.assertion(contoso);
    const options = { currentDate: new Date(noon) };
    await assert.rejects(jwtVerify(assertion, publicKeyOf(v2), options));
    const other = await credential.assertion(fabrikam);
    const [header, , signature] = assertion.split('.');
    await assert.rejects(jwtVerify(`${header}.${other.split('.')[1]}.${signature}`, publicKeyOf(v1), options));
  });

  test('is for one tenant, and never the same twice', async () => {
    const { credential } = aVault();
    const assertions = [contoso, fabrikam, contoso].map((tenant) => credential.assertion(tenant));
    const payloads = await Promise.all(
      assertions.map(
        async (one) => (await jwtVerify(await one, publicKeyOf(v1), { currentDate: new Date(noon) })).payload,
      ),
    );
    assert.deepEqual(
      payloads.map(({ aud }) => aud),
      [contoso, fabrikam, contoso].map((tenant) => `${authorityUrl}/${tenant}/oauth2/v2.0/token`),
    );
    assert.equal(new Set(payloads.map(({ jti }) => jti)).size, 3);
  });

  test('has the time of the clock', async () => {
    const { credential, clock } = aVault();
    clock.advance(90 * minutes + 999);
    const at = (noon + 90 * minutes) / 1000;
    const { payload } = await jwtVerify(await credential.assertion(contoso), publicKeyOf(v1), {
      currentDate: new Date(clock.now()),
    });
    assert.deepEqual([payload.iat, payload.nbf, payload.exp], [at, at, at + 600]);
  });
});

describe('the certificate', () => {
  test('is described by its life and its thumbprint, and by nothing else', async () => {
    const { validFrom, validTo } = new X509Certificate(v1.cer);
    assert.deepEqual(await aVault().credential.describe(), {
      notBefore: Date.parse(validFrom),
      expiresAt: Date.parse(validTo),
      thumbprint: v1.thumbprint,
    });
  });

  test('is read once in an hour, and a new version is used from then on', async () => {
    const { credential, vault, clock } = aVault();
    await credential.assertion(contoso);
    vault.newest = v2;
    clock.advance(60 * minutes - 1);
    await credential.assertion(contoso);
    assert.equal(vault.reads, 1);

    clock.advance(1);
    const assertion = await credential.assertion(contoso);
    assert.equal(vault.reads, 2);
    assert.deepEqual(vault.signed, [v1.keyId, v1.keyId, v2.keyId]);
    assert.equal(decodeProtectedHeader(assertion)['x5t#S256'], v2.thumbprint);
  });

  test('is read once for callers that come together', async () => {
    const { credential, vault } = aVault();
    await Promise.all(Array.from({ length: 20 }, () => credential.assertion(contoso)));
    assert.equal(vault.reads, 1);
  });

  test('is read once for callers that come together to a vault that fails, and again for the next', async () => {
    const { credential, vault } = aVault();
    vault.failure = Object.assign(new Error('x'), { statusCode: 429 });
    const got = await Promise.allSettled(Array.from({ length: 20 }, () => credential.describe()));
    assert.ok(got.every(({ status }) => status === 'rejected'));
    assert.equal(vault.reads, 1);

    vault.failure = undefined;
    const again = await Promise.all(Array.from({ length: 20 }, () => credential.describe()));
    assert.ok(again.every(({ thumbprint }) => thumbprint === v1.thumbprint));
    assert.equal(vault.reads, 2);
  });

  test('is read once by assertions and descriptions alike', async () => {
    const { credential, vault } = aVault();
    await Promise.all([credential.assertion(contoso), credential.describe(), credential.assertion(fabrikam)]);
    assert.equal(vault.reads, 1);
  });

  test('is kept although an earlier reading, which took longer, fails afterwards', async () => {
    const { credential, vault, clock } = aVault();
    const read = vault.getCertificate.bind(vault);
    const { promise: slow, reject: fail } = Promise.withResolvers<never>();
    vault.getCertificate = () => slow;
    const earlier = credential.describe();
    clock.advance(60 * minutes);
    vault.getCertificate = read;
    await credential.describe();
    fail(Object.assign(new Error('x'), { statusCode: 429 }));
    await assert.rejects(earlier, withCode('VAULT_UNAVAILABLE'));
    await credential.describe();
    assert.equal(vault.reads, 1);
  });

  test('is asked for again after a failure', async () => {
    const { credential, vault } = aVault();
    vault.failure = Object.assign(new Error('x'), { statusCode: 403 });
    await assert.rejects(credential.assertion(contoso), withCode('VAULT_REFUSED'));
    await assert.rejects(credential.describe(), withCode('VAULT_REFUSED'));
    vault.failure = undefined;
    assert.equal((await credential.describe()).thumbprint, v1.thumbprint);
  });

  test('without a key that could sign is refused', async () => {
    const { credential, vault } = aVault();
    vault.newest = undefined;
    await assert.rejects(credential.assertion(contoso), withCode('VAULT_REFUSED'));
  });
});

describe('a signature that the vault does not give', () => {
  for (const [statusCode, code] of [
    [403, 'VAULT_REFUSED'],
    [429, 'VAULT_UNAVAILABLE'],
  ] as const) {
    test(`with ${statusCode} is ${code}`, async () => {
      const { credential, vault } = aVault();
      await credential.describe();
      vault.failure = Object.assign(new Error('x'), { statusCode });
      await assert.rejects(credential.assertion(contoso), withCode(code));
    });
  }
});
