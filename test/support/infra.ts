/** The templates as a deployment would run them, with the least that they ask for. */

import { join } from 'node:path';
import { type Deployment, readBicep, type ReadOptions, type ReadResource } from './bicep/read-bicep.ts';
import type { Plain } from './bicep/values.ts';
import { clientId } from './app-identity.ts';

const folder = join(import.meta.dirname, '..', '..', 'infra');

const asked = { name: 'contoso-mail', clientId, alertEmails: ['post@contoso.example'], monthlyBudget: 50 };

export const deploy = (parameters: ReadOptions['parameters'] = {}): Deployment =>
  readBicep(join(folder, 'main.bicep'), { parameters: { ...asked, ...parameters } });

const environment = {
  AZURE_ENV_NAME: 'contoso-mail',
  TENANTPOST_CLIENT_ID: clientId,
  TENANTPOST_ALERT_EMAILS: 'post@contoso.example,night@contoso.example',
};

export const environments = ['dev', 'prod'] as const;

/** @param more variables beside those that an environment must have; undefined takes one of them away. */
export function deployEnvironment(
  name: (typeof environments)[number],
  more: Record<string, string | undefined> = {},
): Deployment {
  const given = Object.entries({ ...environment, ...more }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return readBicep(join(folder, `main.${name}.bicepparam`), { environment: Object.fromEntries(given) });
}

export const ofType = ({ resources }: Deployment, type: string): readonly ReadResource[] =>
  resources.filter((one) => one.type === type);

/** What the app finds in its environment: its settings, and what App Service adds. */
export const environmentOf = ({ appSettings, outputs }: Deployment): Record<string, string> => ({
  ...appSettings,
  WEBSITE_HOSTNAME: `${String(outputs['AZURE_FUNCTION_APP_NAME'])}.azurewebsites.net`,
});

/** The only one of its type. */
export function theResource(deployment: Deployment, type: string): ReadResource {
  const [found, ...more] = ofType(deployment, type);
  if (found === undefined || more.length > 0) throw new Error(`${more.length + (found ? 1 : 0)} of ${type}`);
  return found;
}

/** A property by its path, `properties.networkAcls.bypass`; undefined where there is none. */
export function propertyOf({ body }: ReadResource, path: string): Plain | undefined {
  let value: Plain | undefined = { ...body };
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = new Map<string, Plain>(Object.entries(value)).get(step);
  }
  return value;
}
