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
  IsEncrypted: z
    .literal(false, {
      error: 'must be false: only Core Tools can read what they encrypted, func settings decrypt undoes it',
    })
    .optional(),
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

/**
 * Settings as the real host reads them: case does not count and `__` is the same as `:`, since .NET's configuration
 * stands between (https://learn.microsoft.com/azure/azure-functions/functions-app-settings#app-setting-considerations).
 * The app itself reads the environment, where case does count.
 */
export class Settings {
  readonly #values: Readonly<Record<string, string | undefined>>;
  readonly #folded: ReadonlyMap<string, string>;

  constructor(values: Readonly<Record<string, string | undefined>>) {
    this.#values = values;
    const present = Object.entries(values).flatMap(([name, value]) => (value ? [[fold(name), value] as const] : []));
    this.#folded = new Map(present);
  }

  /** An empty setting counts as missing, as in the portal. */
  get(name: string): string | undefined {
    return this.#values[name] || this.#folded.get(fold(name));
  }

  /** As they were written. Those that are empty are left out. */
  names(): string[] {
    return Object.keys(this.#values).filter((name) => this.#values[name]);
  }

  /** The names below `<prefix>__`, without it, as they were written. */
  namesBelow(prefix: string): string[] {
    const start = `${fold(prefix)}:`;
    return this.names().flatMap((name) =>
      fold(name).startsWith(start) ? [name.slice(prefix.length).replace(/^(?:__|:)/, '')] : [],
    );
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

function fold(name: string): string {
  return name.replaceAll('__', ':').toLowerCase();
}
