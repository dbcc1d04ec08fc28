/** The token issuer as shared/services.ts makes it, at a local cloud, for one credential. */

import type { Cloud } from '../../local/cloud/cloud.ts';
import { EntraTokenIssuer } from '../../shared/adapters/entra/entra-token-issuer.ts';
import type { Credential } from '../../shared/tokens/credential.ts';
import { Rotation } from '../../shared/tokens/rotation.ts';
import { graphResource, vendor } from './cloud.ts';
import { recordingLog } from './recording-log.ts';

export function credentialIssuer(cloud: Cloud, credential: Credential) {
  const { log, lines, events } = recordingLog();
  const record = { noteUse: () => Promise.resolve() };
  const issuer = new EntraTokenIssuer({
    rotation: new Rotation({ credential, record, now: Date.now, log }),
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    authorityIsKnown: false,
    audiences: { graph: graphResource },
  });
  return { issuer, lines, events };
}
