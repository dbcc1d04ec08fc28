import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkStart } from '../../../../shared/checks/start-check.ts';
import { type ErrorCode, errorMeanings, TenantpostError } from '../../../../shared/errors.ts';
import type { Presented, Proof } from '../../../../shared/tokens/credential.ts';
import { aProof } from '../../../support/credential.ts';
import { anError, failing } from '../../../support/failing.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const never = (): Promise<never> => new Promise(() => undefined);

function check(proofs: () => Promise<readonly Proof[]>, wait: (ms: number) => Promise<unknown> = never) {
  const recorded = recordingLog();
  // As the adapters are: what its method needs, it finds in the instance.
  class Certificate {
    readonly kind = 'certificate';
    readonly #proofs = proofs;

    proofs(): Promise<readonly Proof[]> {
      return this.#proofs();
    }
  }
  const checked = checkStart({ credential: new Certificate(), wait, log: recorded.log });
  return { checked, recorded };
}

const proofThat = (present: () => Promise<Presented>) => () => Promise.resolve([aProof('new', { present })]);

test('a credential that can be presented lets the app start, and nothing is said', async () => {
  const presented: string[] = [];
  const proof = (id: string) =>
    aProof(id, {
      present: (tenant) => {
        presented.push(`${id} for ${tenant}`);
        return Promise.resolve({ assertion: 'x' });
      },
    });
  const { checked, recorded } = check(() => Promise.resolve([proof('new'), proof('old')]));
  await checked;
  assert.deepEqual(recorded.lines, []);
  // The newest alone, and for no tenant that there is.
  assert.deepEqual(presented, ['new for organizations']);
});

describe('what waiting does not cure stops the start', () => {
  test('CREDENTIAL_UNUSABLE with its own words, which name the setting and what to do', async () => {
    const words = 'TENANTPOST_CERTIFICATE_NAME: certificate x has no version that can prove the app. Make one.';
    const error = new TenantpostError('CREDENTIAL_UNUSABLE', words, {
      detail: { setting: 'TENANTPOST_CERTIFICATE_NAME' },
    });
    const { checked, recorded } = check(() => Promise.reject(error));
    const refusal = await failureOf(checked);
    assert.deepEqual([refusal.code, refusal.message], ['CREDENTIAL_UNUSABLE', words]);
    const [line, ...more] = recorded.lines;
    assert.deepEqual([line?.level, line?.event, line?.detail['problem'], more], ['error', 'start.refused', words, []]);
  });

  test('VAULT_REFUSED behind the setting of the vault, with the role that is missing', async () => {
    const remedy = 'Assign the role Key Vault Crypto User.';
    const error = new TenantpostError('VAULT_REFUSED', 'Key Vault refused to sign.', { cause: 'a secret', remedy });
    const { checked } = check(proofThat(() => Promise.reject(error)));
    const refusal = await failureOf(checked);
    assert.equal(refusal.message, `TENANTPOST_VAULT_URL: Key Vault refused to sign. ${remedy}`);
    assert.equal(refusal.cause, undefined);
  });

  test('IDENTITY_REFUSED behind the setting of the identity, named once', async () => {
    const detail = { setting: 'AZURE_CLIENT_ID' };
    const error = new TenantpostError('IDENTITY_REFUSED', 'AZURE_CLIENT_ID: names no identity.', { detail });
    const { checked } = check(() => Promise.reject(error));
    const { message } = await failureOf(checked);
    assert.equal(message, `AZURE_CLIENT_ID: names no identity. ${errorMeanings.IDENTITY_REFUSED.remedy}`);
  });

  test('in one line', async () => {
    for (const code of ['VAULT_REFUSED', 'IDENTITY_REFUSED', 'CREDENTIAL_UNUSABLE'] as const) {
      const { checked } = check(failing(code));
      assert.doesNotMatch((await failureOf(checked)).message, /\n/);
    }
  });
});

describe('what may pass lets the app start, with a warning', () => {
  const passing: ErrorCode[] = ['VAULT_UNAVAILABLE', 'IDENTITY_UNAVAILABLE', 'UNEXPECTED'];
  for (const code of passing) {
    test(code, async () => {
      const { checked, recorded } = check(failing(code));
      await checked;
      const detail = { code, credential: 'certificate' };
      assert.deepEqual(recorded.lines, [{ level: 'warning', event: 'start.credential-unchecked', detail }]);
    });
  }

  test('a check that takes longer than eight seconds', async () => {
    const waited: number[] = [];
    const { checked, recorded } = check(never, (milliseconds) => {
      waited.push(milliseconds);
      return Promise.resolve();
    });
    await checked;
    assert.deepEqual(waited, [8000]);
    assert.deepEqual(recorded.events(), ['start.credential-unchecked']);
  });
});

test('a failure after the check has given up disturbs nobody', async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const { checked } = check(
    () => promise,
    () => Promise.resolve(),
  );
  await checked;
  reject(anError('VAULT_REFUSED'));
  await new Promise(setImmediate);
});
