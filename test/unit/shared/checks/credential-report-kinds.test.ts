/** What the report says of what is no certificate, and after a change from one kind of credential to another. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportCredential } from '../../../../shared/checks/credential-report.ts';
import { minutes } from '../../../../shared/clock.ts';
import { quietFor } from '../../../../shared/tokens/credential-standing.ts';
import { noon } from '../../../support/clock.ts';
import { aCredential, aProof, MemoryCredentialRecord } from '../../../support/credential.ts';

const refreshSeconds = 600;
const quiet = quietFor(refreshSeconds);

/** From a certificate that was last used at noon to a managed identity. */
async function aChangeOfKind() {
  const record = new MemoryCredentialRecord();
  await record.noteUse({ proofId: 'certificate', kind: 'certificate', usedAt: noon });
  const credential = aCredential([aProof('identity')], 'managed-identity');
  return {
    uses: (usedAt: number) => record.noteUse({ proofId: 'identity', kind: 'managed-identity', usedAt }),
    report: (at: number) => reportCredential({ credential, record, refreshSeconds, now: () => at }),
  };
}

test('a kind that Entra does not accept yet leaves the one before as it is, and says what it needs', async () => {
  const { report } = await aChangeOfKind();
  const { proofs, oldStillNeeded } = await report(noon + 10 * quiet);
  assert.deepEqual(
    proofs.map(({ id, state, mayBeRemoved }) => [id, state, mayBeRemoved]),
    [
      ['identity', 'next', false],
      ['certificate', 'in-use', false],
    ],
  );
  assert.match(proofs[0]?.why ?? '', /federated credential/);
  assert.equal(oldStillNeeded, true);
});

test('a kind that is in use lets the one before go when no process can hold it any more', async () => {
  const { uses, report } = await aChangeOfKind();
  const since = noon + 5 * minutes;
  await uses(since);
  const [, early] = (await report(since + 1 * minutes)).proofs;
  assert.deepEqual([early?.mayBeRemoved, early?.removableFrom], [false, new Date(since + quiet).toISOString()]);
  await uses(since + quiet);
  const { proofs, oldStillNeeded } = await report(since + quiet);
  assert.deepEqual([proofs[1]?.mayBeRemoved, proofs[1]?.listed, oldStillNeeded], [true, false, false]);
});

test('a secret that Entra does not accept yet has no public part to register', async () => {
  const record = new MemoryCredentialRecord();
  await record.noteUse({ proofId: 'old', kind: 'secret', usedAt: noon });
  const credential = aCredential([aProof('new'), aProof('old')], 'secret');
  const { proofs } = await reportCredential({ credential, record, refreshSeconds, now: () => noon });
  assert.match(proofs[0]?.why ?? '', /^It is the next one: Entra has not accepted it yet\. Its value/);
});
