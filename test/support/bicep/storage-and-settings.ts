/** What tests ask most often of the resources of a deployment. */

import { z } from 'zod';
import type { ReadResource } from './read-bicep.ts';

export interface LifecycleRule {
  name: string;
  /** Of the names of blobs, beginning with the container's. */
  prefixes: readonly string[];
  deleteAfterDays: number | undefined;
}

export const namesOf = (resources: readonly ReadResource[], type: string): string[] =>
  resources.filter((one) => one.type === type).map(({ name }) => name.split('/').at(-1) ?? '');

const settings = z.record(z.string(), z.string());
const siteBody = z.object({
  properties: z.object({
    siteConfig: z
      .object({ appSettings: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional() })
      .optional(),
  }),
});

/** Of `siteConfig.appSettings` and of a resource `config/appsettings`, whichever the template uses. */
export function appSettings(resources: readonly ReadResource[]): Record<string, string> {
  const inSite = resources
    .filter(({ type }) => type === 'Microsoft.Web/sites')
    .flatMap(({ body }) => siteBody.parse(body).properties.siteConfig?.appSettings ?? []);
  const ofItsOwn = resources
    .filter(({ type, name }) => type === 'Microsoft.Web/sites/config' && name.endsWith('/appsettings'))
    .map(({ body }) => settings.parse(body['properties']));
  const pairs = [
    ...inSite.map(({ name, value }): [string, string] => [name, value]),
    ...ofItsOwn.flatMap(Object.entries),
  ];
  const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) throw new Error(`the app setting ${twice[0]} is set twice`);
  return Object.fromEntries(pairs);
}

const policy = z.object({
  properties: z.object({
    policy: z.object({
      rules: z.array(
        z.object({
          name: z.string(),
          definition: z.object({
            filters: z.object({ prefixMatch: z.array(z.string()).default([]) }).default({ prefixMatch: [] }),
            actions: z.object({
              baseBlob: z.object({ delete: z.record(z.string(), z.number()).optional() }).optional(),
            }),
          }),
        }),
      ),
    }),
  }),
});

export const lifecycleRules = (resources: readonly ReadResource[]): LifecycleRule[] =>
  resources
    .filter(({ type }) => type === 'Microsoft.Storage/storageAccounts/managementPolicies')
    .flatMap(({ body }) => policy.parse(body).properties.policy.rules)
    .map(({ name, definition }) => ({
      name,
      prefixes: definition.filters.prefixMatch,
      deleteAfterDays: Object.values(definition.actions.baseBlob?.delete ?? {})[0],
    }));
