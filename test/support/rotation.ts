/** The rotation of one credential, or of one proof, for tests of what is asked with it. */

import type { Credential, Presented } from '../../shared/tokens/credential.ts';
import { Rotation } from '../../shared/tokens/rotation.ts';
import { aCredential, aProof, MemoryCredentialRecord } from './credential.ts';
import { recordingLog } from './recording-log.ts';

export function rotationOf(credential: Credential): Rotation {
  return new Rotation({ credential, record: new MemoryCredentialRecord(), now: Date.now, log: recordingLog().log });
}

/** Of one proof that presents the same to every tenant, or what `present` makes of the tenant. */
export function rotationPresenting(presented: Presented | ((tenantId: string) => Promise<Presented>)): Rotation {
  const present = typeof presented === 'function' ? presented : () => Promise.resolve(presented);
  return rotationOf(aCredential([aProof('one', { present })]));
}
