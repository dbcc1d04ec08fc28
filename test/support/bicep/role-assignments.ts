/** Who may do what on which resource, in names. */

import { BicepError } from './bicep-error.ts';
import { builtInRoles, type BuiltInRole } from './built-in-roles.ts';
import type { Resource } from './resource.ts';

const kinds = {
  'Microsoft.Storage/storageAccounts': 'account',
  'Microsoft.Storage/storageAccounts/tableServices/tables': 'table',
  'Microsoft.Storage/storageAccounts/queueServices/queues': 'queue',
  'Microsoft.Storage/storageAccounts/blobServices/containers': 'container',
  'Microsoft.KeyVault/vaults': 'vault',
  'Microsoft.KeyVault/vaults/keys': 'key',
  'Microsoft.KeyVault/vaults/secrets': 'secret',
  'Microsoft.Insights/components': 'component',
} as const;

type ScopeKind = (typeof kinds)[keyof typeof kinds];

export interface RoleAssignment {
  role: BuiltInRole;
  scopeKind: ScopeKind;
  /** The last part: of a table `tenants`, of an account its name. */
  scopeName: string;
  principalId: string;
  /** In the file. */
  symbol: string;
  line: number;
}

const known = new Set(['roleDefinitionId', 'principalId', 'principalType', 'description']);

/** @throws BicepError for one on the whole resource group, for a role or a scope that is not known here, and for a condition. */
export function roleAssignments(resources: readonly Resource[]): RoleAssignment[] {
  return resources
    .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
    .map((resource) => {
      const { scope, symbol, line, body } = resource;
      const fail = (message: string): BicepError => new BicepError(message, resource);
      const properties = body.get('properties');
      if (!(properties instanceof Map)) throw fail('a role assignment without properties');
      for (const key of properties.keys()) if (!known.has(key)) throw fail(`${key} of a role assignment`);
      const id = String(properties.get('roleDefinitionId')).split('/').at(-1);
      const role = builtInRoles.find((one) => one.id === id);
      if (role === undefined) throw fail(`${id} is a role that this reader does not know`);
      const principalId: unknown = properties.get('principalId');
      if (typeof principalId !== 'string' || principalId === '') throw fail('a role assignment to nobody');
      if (scope === undefined) throw fail(`${role.name} on the whole resource group`);
      if (!isScope(scope.type)) throw fail(`a role on ${scope.type}`);
      return { role: role.name, scopeKind: kinds[scope.type], scopeName: scope.ownName, principalId, symbol, line };
    });
}

const isScope = (type: string): type is keyof typeof kinds => Object.hasOwn(kinds, type);
