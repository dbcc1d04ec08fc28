/** The app's settings: the environment, completed by `Values` of local.settings.json, and `%NAME%` expressions over both. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError, describeIssues } from './describe-issues.ts';

/** A function that needs this setting is disabled, the others run (seen on host 4.1037). */
export class MissingSettingError extends Error {
  override readonly name = 'MissingSettingError';
}

const localSettings = z.strictObject({
  IsEncrypted: z.literal(false, { error: 'must be false: encrypted settings are not implemented' }).optional(),
  Values: z.record(z.string(), z.string('must be a string')).default({}),
});

/** @returns nothing when the folder has no such file: then the environment alone counts. */
export function readLocalSettings(root: string): Record<string, string> {
  const file = join(root, 'local.settings.json');
  if (!existsSync(file)) return {};
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConfigurationError('local.settings.json is no JSON', { cause });
  }
  const parsed = localSettings.safeParse(json);
  if (!parsed.success) throw new ConfigurationError(describeIssues(parsed.error, 'local.settings.json: ').join('\n'));
  return parsed.data.Values;
}

export class Settings {
  readonly #values: Readonly<Record<string, string | undefined>>;

  constructor(values: Readonly<Record<string, string | undefined>>) {
    this.#values = values;
  }

  /** An empty setting counts as missing, as in the portal. */
  get(name: string): string | undefined {
    return this.#values[name] || undefined;
  }

  /**
   * Refuses the settings that override host.json in Azure: they are not implemented, and an app tested without them
   * would behave differently there (https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values).
   * Case does not count, and `:` parts names as `__` does, as in the .NET configuration that reads them.
   *
   * @throws ConfigurationError naming each of them.
   */
  refuseHostJsonOverrides(): void {
    const names = Object.keys(this.#values).filter((name) => /^AzureFunctionsJobHost(__|:)/i.test(name));
    if (names.length === 0) return;
    const lines = names.map((name) => `${name}: overriding host.json is not implemented by the local host`);
    throw new ConfigurationError(lines.sort().join('\n'));
  }

  /** Replaces each `%NAME%` by the setting of that name (https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns). */
  resolve(text: string): string {
    return text.replaceAll(/%([^%\s]+)%/g, (expression, name: string) => {
      const value = this.get(name);
      if (value === undefined) throw new MissingSettingError(`Setting ${name} is missing, named by ${expression}.`);
      return value;
    });
  }

  /** `AzureWebJobs.<name>.Disabled` (https://learn.microsoft.com/azure/azure-functions/disable-function). */
  isDisabled(functionName: string): boolean {
    const value =
      this.get(`AzureWebJobs.${functionName}.Disabled`) ?? this.get(`AzureWebJobs_${functionName}_Disabled`);
    return value === '1' || value?.toLowerCase() === 'true';
  }
}
