/** Which of the app's managed identities a request means. */

import type { ManagedIdentity } from '../state.ts';
import { IdentityError } from './identity-error.ts';

/**
 * By client id, object id or resource id; several must agree. Without one it is the system-assigned identity, and where
 * there is none not even the only user-assigned one answers: https://github.com/Azure/azure-functions-host/issues/8037,
 * with the sentence of https://github.com/Azure/azure-sdk-for-net/issues/43691.
 *
 * @throws IdentityError 400
 */
export function selectIdentity(identities: readonly ManagedIdentity[], query: URLSearchParams): ManagedIdentity {
  const clientId = query.get('client_id');
  const objectId = query.get('object_id') ?? query.get('principal_id');
  const resourceId = query.get('mi_res_id');
  if (clientId === null && objectId === null && resourceId === null) {
    const own = identities.find(({ systemAssigned }) => systemAssigned === true);
    if (own === undefined) throw new IdentityError(400, 'Unable to load the proper Managed Identity.');
    return own;
  }
  const selected = identities.find(
    (one) =>
      (clientId === null || isSame(one.clientId, clientId)) &&
      (objectId === null || isSame(one.principalId, objectId)) &&
      (resourceId === null || isResource(one, resourceId)),
  );
  if (selected !== undefined) return selected;
  // An older form of the sentence stands in https://github.com/MicrosoftDocs/azure-docs/issues/43543.
  throw new IdentityError(
    400,
    'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
  );
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** A system-assigned identity is no resource of its own. */
const isResource = ({ name, systemAssigned }: ManagedIdentity, resourceId: string): boolean =>
  systemAssigned !== true && resourceId.toLowerCase().endsWith(`/userassignedidentities/${name.toLowerCase()}`);
