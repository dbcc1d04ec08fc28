/** The settings that say in which cloud this installation is and what it gets tokens for: their forms, and what goes together. */

import { z } from 'zod';
import {
  type Audiences,
  type Cloud,
  cloudNames,
  clouds,
  isForeignIssuer,
  isForeignVault,
  ownerOfForeign,
} from './clouds.ts';
import { type Resource, resources } from './resource.ts';

/** What stands before `/.default` in a scope. Entra writes it into `aud`, with a slash at its end or without. */
const identifierUri = z
  .string()
  .regex(/^(https|api):\/\/[^\s/?#]+(\/[^\s?#]*)?$/, 'an identifier URI like https://graph.microsoft.com')
  .refine((uri) => !uri.endsWith('/.default'), 'an identifier URI, without /.default')
  .transform((uri) => uri.replace(/\/+$/, ''));

/** Consent is proved by a token for Graph, so that one is always used. */
const resourceList = z.string().transform((text, context) => {
  const wanted = text.split(',').map((one) => one.trim());
  const known = resources.filter((one) => wanted.includes(one));
  if (known.length === wanted.length && known.includes('graph')) return known;
  context.addIssue({ code: 'custom', message: 'one of graph, or graph,outlook' });
  return z.NEVER;
});

export const cloudSettings = {
  TENANTPOST_CLOUD: z.enum(cloudNames, { error: `one of ${cloudNames.join(', ')}` }).default('public'),
  TENANTPOST_RESOURCES: resourceList.default(['graph']),
  TENANTPOST_GRAPH_RESOURCE: identifierUri.optional(),
  TENANTPOST_OUTLOOK_RESOURCE: identifierUri.optional(),
  TENANTPOST_TOKEN_EXCHANGE_RESOURCE: identifierUri.optional(),
};

interface Problem {
  readonly setting: string;
  readonly expected: string;
}

/** What the cloud does not tell by itself must be set, and what belongs to another cloud must not. */
export function cloudProblems(given: Readonly<Record<string, string | undefined>>): Problem[] {
  const cloud = cloudNames.find((one) => one === (given['TENANTPOST_CLOUD'] ?? 'public'));
  // Its own problem is named elsewhere; nothing can be said of a cloud that does not exist.
  if (cloud === undefined) return [];
  return [...missing(cloud, given), ...foreign(cloud, given), ...unused(given)];
}

function missing(cloud: Cloud, given: Readonly<Record<string, string | undefined>>): Problem[] {
  const known = clouds[cloud];
  const usesExchange = given['TENANTPOST_CREDENTIAL'] === 'managed-identity';
  const needed = [
    ['TENANTPOST_AUTHORITY_URL', known.authorityUrl, 'the address of Entra'],
    ['TENANTPOST_GRAPH_URL', known.graphUrl, 'the address of Graph'],
    ['TENANTPOST_GRAPH_RESOURCE', known.resources.graph, 'the identifier URI of Graph'],
    ...(usesOutlook(given)
      ? ([['TENANTPOST_OUTLOOK_RESOURCE', known.resources.outlook, 'the identifier URI of Exchange Online']] as const)
      : []),
    ...(usesExchange
      ? ([
          ['TENANTPOST_TOKEN_EXCHANGE_RESOURCE', known.tokenExchangeResource, 'the audience of federated tokens'],
        ] as const)
      : []),
  ] as const;
  return needed
    .filter(([setting, value]) => value === undefined && given[setting] === undefined)
    .map(([setting, , what]) => ({
      setting,
      expected: `${what}, of which cloud ${cloud} has no default (it is not set)`,
    }));
}

/** A mistake here would send the tokens of one cloud, or the proof of the app, to another. */
function foreign(cloud: Cloud, given: Readonly<Record<string, string | undefined>>): Problem[] {
  return [
    'TENANTPOST_AUTHORITY_URL',
    'TENANTPOST_GRAPH_URL',
    'TENANTPOST_GRAPH_RESOURCE',
    'TENANTPOST_OUTLOOK_RESOURCE',
    'TENANTPOST_TOKEN_EXCHANGE_RESOURCE',
    'TENANTPOST_VAULT_URL',
  ]
    .filter((setting) => {
      const url = given[setting]?.replace(/\/+$/, '');
      if (url === undefined) return false;
      if (setting === 'TENANTPOST_VAULT_URL') return isForeignVault(cloud, URL.parse(url)?.hostname ?? '');
      return isForeignIssuer(cloud, url) || ownerOfForeign(cloud, url) !== undefined;
    })
    .map((setting) => ({ setting, expected: `nothing of another cloud than ${cloud}, which TENANTPOST_CLOUD names` }));
}

function unused(given: Readonly<Record<string, string | undefined>>): Problem[] {
  if (given['TENANTPOST_OUTLOOK_RESOURCE'] === undefined || usesOutlook(given)) return [];
  return [{ setting: 'TENANTPOST_OUTLOOK_RESOURCE', expected: 'nothing, unless TENANTPOST_RESOURCES names outlook' }];
}

function usesOutlook(given: Readonly<Record<string, string | undefined>>): boolean {
  return (given['TENANTPOST_RESOURCES'] ?? '').includes('outlook');
}

export function audiencesOf(
  cloud: Cloud,
  used: readonly Resource[],
  set: Readonly<Record<Resource, string | undefined>>,
): Audiences {
  return Object.fromEntries(used.map((one) => [one, set[one] ?? clouds[cloud].resources[one]]));
}
