/**
 * What Key Vault refused for want of a role. It says on what and which data action was asked for, in a text for people
 * (seen in https://github.com/microsoft/AL-Go/issues/1343).
 */

import type { KeyClientOptions } from '@azure/keyvault-keys';
import type { MissingRole } from '../missing-role.ts';

/** The same things by a data action's first part, with the built-in role that gives all that this app asks of one. */
const things = new Map([
  ['keys', { kind: 'key', role: 'Key Vault Crypto User' }],
  ['secrets', { kind: 'secret', role: 'Key Vault Secrets User' }],
  ['certificates', { kind: 'certificate', role: 'Key Vault Reader' }],
]);

/** With the status, since the SDK's own client of a key goes on without what it may not read. */
export class RoleMissing extends Error {
  readonly statusCode = 403;
  readonly missing: MissingRole;

  constructor(missing: MissingRole) {
    super('The vault says which right is missing.');
    this.missing = missing;
  }
}

/** What a page of a list is refused with, the SDK throws away (seen with @azure/keyvault-certificates 4.10). */
export const sayingWhatIsMissing: NonNullable<KeyClientOptions['additionalPolicies']> = [
  {
    policy: {
      name: 'sayingWhatIsMissing',
      async sendRequest(request, next) {
        const response = await next(request);
        const missing = response.status === 403 ? missingRoleIn(response.bodyAsText ?? '') : undefined;
        if (missing) throw new RoleMissing(missing);
        return response;
      },
    },
    position: 'perRetry',
  },
];

/** @returns undefined for another refusal, such as the firewall's. */
function missingRoleIn(answer: string): MissingRole | undefined {
  const [, collection = '', name] =
    /Action: 'Microsoft\.KeyVault\/vaults\/([a-z]+)\/.*Resource: '[^']*\/vaults\/[^/']+\/\1(?:\/([\w-]+))?/is.exec(
      answer,
    ) ?? [];
  const thing = things.get(collection.toLowerCase());
  if (thing === undefined) return undefined;
  return { on: name === undefined ? `every ${thing.kind} of the vault` : `${thing.kind} ${name}`, role: thing.role };
}
