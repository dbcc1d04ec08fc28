/** One resource of a deployment, existing or declared: its name and id as ARM makes them, and what Azure adds when it runs. */

import { deploymentPlace, guidOf } from './place-of-deployment.ts';
import type { Value } from './values.ts';

export interface ResourceParts {
  symbol: string;
  file: string;
  line: number;
  type: string;
  apiVersion: string;
  existing: boolean;
  /** Of a child the whole path: `account/default/tenants`. */
  name: string;
  /** Of an extension resource, such as a role assignment: what it is about. */
  scope: Resource | undefined;
  body: ReadonlyMap<string, Value>;
}

export class Resource implements Readonly<ResourceParts> {
  readonly symbol: string;
  readonly file: string;
  readonly line: number;
  readonly type: string;
  readonly apiVersion: string;
  readonly existing: boolean;
  readonly name: string;
  readonly scope: Resource | undefined;
  readonly body: ReadonlyMap<string, Value>;
  /** Resources that are declared inside this one. */
  readonly children = new Map<string, () => Value>();

  constructor(parts: ResourceParts) {
    this.symbol = parts.symbol;
    this.file = parts.file;
    this.line = parts.line;
    this.type = parts.type;
    this.apiVersion = parts.apiVersion;
    this.existing = parts.existing;
    this.name = parts.name;
    this.scope = parts.scope;
    this.body = parts.body;
  }

  get id(): string {
    const [namespace = '', ...types] = this.type.split('/');
    const names = this.name.split('/');
    const path = types.map((type, index) => `${type}/${names[index] ?? ''}`).join('/');
    return `${this.scope?.id ?? deploymentPlace.resourceGroupId}/providers/${namespace}/${path}`;
  }

  /** The last part of the name: of a table `tenants`. */
  get ownName(): string {
    return this.name.split('/').at(-1) ?? '';
  }

  /** @returns undefined when neither the file nor this reader knows it. */
  member(name: string): Value | undefined {
    if (name === 'id' && !this.type.startsWith('Microsoft.Graph/')) return this.id;
    if (name === 'name') return this.ownName;
    if (name === 'type' || name === 'apiVersion') return this[name];
    const declared = this.body.get(name);
    if (name !== 'properties') return declared ?? added[this.type]?.(this)[name];
    const ofAzure = added[this.type]?.(this) ?? {};
    return new Map([...Object.entries(ofAzure), ...(declared instanceof Map ? declared : [])]);
  }
}

/** What Azure answers beside what was declared. The guids stand for those that it would choose. */
const added: Readonly<Record<string, (resource: Resource) => Readonly<Record<string, Value>>>> = {
  'Microsoft.ManagedIdentity/userAssignedIdentities': ({ id }) => ({
    principalId: guidOf('principal', id),
    clientId: guidOf('client', id),
    tenantId: deploymentPlace.tenantId,
  }),
  'Microsoft.Storage/storageAccounts': ({ name }) => ({
    primaryEndpoints: new Map(
      ['blob', 'queue', 'table'].map((service) => [service, `https://${name}.${service}.core.windows.net/`]),
    ),
  }),
  'Microsoft.KeyVault/vaults': ({ name }) => ({ vaultUri: `https://${name}.vault.azure.net/` }),
  'Microsoft.KeyVault/vaults/keys': ({ name }) => {
    const [vault = '', key = ''] = name.split('/');
    return { keyUri: `https://${vault}.vault.azure.net/keys/${key}` };
  },
  'Microsoft.Insights/components': ({ id }) => ({
    ConnectionString: `InstrumentationKey=${guidOf('component', id)};IngestionEndpoint=https://westeurope.in.applicationinsights.azure.com/`,
    AppId: guidOf('app', id),
  }),
  'Microsoft.OperationalInsights/workspaces': ({ id }) => ({ customerId: guidOf('workspace', id) }),
  'Microsoft.Web/sites': ({ name }) => ({ defaultHostName: `${name}.azurewebsites.net` }),
  'Microsoft.Graph/applications': ({ name }) => ({ id: guidOf('object', name), appId: guidOf('application', name) }),
  'Microsoft.Graph/servicePrincipals': ({ name }) => ({ id: guidOf('service principal', name) }),
};
