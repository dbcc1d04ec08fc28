/** https://learn.microsoft.com/rest/api/keyvault/certificates/import-certificate */

import { z } from 'zod';
import type { CloudState } from '../state.ts';
import { requireKeySize } from './add-key.ts';
import { keepVersion, newestVersion, operationsOf, requireOwnName, setPolicy } from './add-certificate-version.ts';
import { readCertificate } from './certificate-content.ts';
import { changedPolicy, policyBody, policyOf, shownBy } from './certificate-policy.ts';
import { certificateBundle } from './certificates.ts';
import { newVersion } from './objects.ts';
import { requireNoPending } from './pending-certificates.ts';
import { commonFields, objectFields } from './request-fields.ts';
import { ok, parsedBody, seconds, type VaultAnswer, type VaultRequest } from './vault-request.ts';

const importBody = z.object({
  ...commonFields,
  value: z.string(),
  pwd: z.string().optional(),
  policy: policyBody.optional(),
});

export function importCertificate(request: VaultRequest): VaultAnswer {
  const { state, name, now } = request;
  const body = parsedBody(request, importBody);
  requireOwnName(state, name, now);
  requireNoPending(state, name);
  const type = body.policy?.secret_props?.contentType ?? undefined;
  const content = readCertificate(body.value, body.pwd ?? '', type);
  const { certificate, chain, jwk, contentType } = content;
  requireKeySize(certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0);
  const former = formerPolicy(state, name);
  const version = {
    name: former?.name ?? name,
    version: newVersion(),
    der: certificate.raw.toString('base64'),
    ...(chain.length > 0 && { chain: chain.map(({ raw }) => raw.toString('base64')) }),
    exportable: body.policy?.key_props?.exportable ?? former?.exportable ?? true,
    contentType,
    created: seconds(now),
    notBefore: seconds(Date.parse(certificate.validFrom)),
    expires: seconds(Date.parse(certificate.validTo)),
  };
  const { enabled, tags } = objectFields(body);
  // An import brings its own X.509 properties. The issuer of the next version is not known.
  const { name: known, created } = version;
  const shown = shownBy(version);
  setPolicy(state, { ...changedPolicy(body.policy ?? {}, shown, { name: known, now }), created, issuer: 'Unknown' });
  const key = { name: known, version: version.version, jwk, operations: operationsOf(shown.keyUsage), created };
  keepVersion(
    state,
    { certificate: version, key },
    { ...(enabled !== undefined && { enabled }), ...(tags !== undefined && { tags }) },
  );
  return ok(certificateBundle(request));
}

function formerPolicy(state: CloudState, name: string) {
  const former = newestVersion(state, name);
  return former === undefined ? undefined : policyOf(state, former);
}
