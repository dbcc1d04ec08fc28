/**
 * The versions of one certificate or secret in Key Vault that may prove the app now, newest first. The vault's own "current
 * version" is never asked for: it is the newest even when that is disabled or not valid yet
 * (https://github.com/Azure/azure-cli/issues/26044).
 */

import { type Clock, seconds } from '../../clock.ts';
import { asTenantpostError, TenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { ReadThrough } from './read-through.ts';
import { vaultCall } from './vault-call.ts';

/**
 * The one in use and the next, and two more: versions that somebody made without registering them with Entra stand before
 * the one that Entra knows, and two of them, one renewed by the vault and one made by hand, must not stop the mail.
 */
const mostVersions = 4;

/** As the vault's SDKs list a version. */
export interface ListedVersion {
  readonly version?: string;
  readonly enabled?: boolean;
  readonly createdOn?: Date;
  readonly notBefore?: Date;
  readonly expiresOn?: Date;
}

/** Why a version cannot prove the app, and what the operator does about it, each a sentence's end. */
export interface Flaw {
  readonly problem: string;
  readonly remedy: string;
}

/** The times that stand in the thing itself, in epoch milliseconds; the vault may have set narrower ones. */
export interface Times {
  readonly startsAt?: number;
  readonly expiresAt?: number;
}

export interface VaultVersionsOptions<Opened extends Times> {
  /** `certificate` or `secret`. */
  readonly what: string;
  readonly name: string;
  /** The setting that names it. */
  readonly setting: string;
  /** How the operator gets a good version. */
  readonly remedy: string;
  readonly list: () => AsyncIterable<ListedVersion>;
  /** Called once for each version: what it holds never changes. One with a flaw is looked at again, should that be mended. */
  readonly open: (version: string) => Promise<Opened | Flaw>;
  readonly refreshSeconds: number;
  readonly now: Clock;
  readonly log: Log;
}

interface Version<Opened> {
  readonly version: string;
  readonly enabled: boolean;
  readonly startsAt: number;
  readonly expiresAt: number;
  readonly opened: Opened | Flaw | undefined;
}

export interface UsableVersion<Opened> {
  readonly version: string;
  /** Epoch milliseconds, `Infinity` for what does not expire. */
  readonly expiresAt: number;
  readonly opened: Opened;
}

export class VaultVersions<Opened extends Times> {
  readonly #options: VaultVersionsOptions<Opened>;
  readonly #versions: ReadThrough<readonly Version<Opened>[]>;
  #opened = new Map<string, Opened>();
  /** Versions whose flaw was logged. */
  readonly #warned = new Set<string>();

  constructor(options: VaultVersionsOptions<Opened>) {
    const { refreshSeconds, now, log, what } = options;
    this.#options = options;
    this.#versions = new ReadThrough({
      now,
      lives: refreshSeconds * seconds,
      read: () => this.#read(),
      outlived: ({ code }) => log('warning', 'credential.refresh-failed', { credential: what, code }),
    });
  }

  /**
   * Judged by the time of the call: a version that starts later, or ends, does so in time, whenever it was read.
   *
   * @throws TenantpostError `CREDENTIAL_UNUSABLE` when there is none; `VAULT_REFUSED`, `VAULT_UNAVAILABLE` and the managed
   *   identity's own.
   */
  async usable(): Promise<readonly UsableVersion<Opened>[]> {
    const known = await this.#versions.get();
    const at = this.#options.now();
    const usable = known.flatMap(({ version, expiresAt, opened, ...one }) => {
      const fits = one.startsAt <= at && at < expiresAt;
      return fits && isGood(opened) ? [{ version, expiresAt, opened }] : [];
    });
    if (usable.length === 0) throw this.#unusable(known[0], at);
    return usable.slice(0, mostVersions);
  }

  async #read(): Promise<readonly Version<Opened>[]> {
    const { name, what, list, now, log } = this.#options;
    const listed = (await vaultCall(`list the versions of ${what} ${name}`, () => all(list()))).sort(newestFirst);
    const versions: Version<Opened>[] = [];
    let unread: TenantpostError | undefined;
    let wanted = mostVersions;
    for (const { version = '', enabled = true, notBefore, expiresOn } of listed) {
      const startsAt = notBefore?.getTime() ?? -Infinity;
      const expiresAt = expiresOn?.getTime() ?? Infinity;
      // One that starts later is opened as well: when its time comes it is there.
      const isWanted = enabled && now() < expiresAt && wanted > 0;
      const opened = isWanted
        ? await this.#open(version).catch((error: unknown) => void (unread ??= asTenantpostError(error)))
        : undefined;
      const times: Times = isGood(opened) ? opened : {};
      const read = {
        version,
        enabled,
        startsAt: Math.max(startsAt, times.startsAt ?? -Infinity),
        expiresAt: Math.min(expiresAt, times.expiresAt ?? Infinity),
        opened,
      };
      versions.push(read);
      if (isGood(opened) && read.startsAt <= now() && now() < read.expiresAt) wanted -= 1;
    }
    // Keys of versions that are gone from the vault, or disabled there, leave this process's memory as well.
    this.#opened = new Map(
      [...this.#opened].filter(([of]) => versions.some((one) => one.version === of && one.opened)),
    );
    if (!versions.some(({ opened, expiresAt }) => isGood(opened) && now() < expiresAt)) {
      throw unread ?? this.#unusable(versions[0], now());
    }
    // What can be read serves: the others are tried again at the next reading.
    if (unread !== undefined) {
      log('warning', 'credential.version-unread', { credential: what, code: unread.code });
    }
    return versions;
  }

  async #open(version: string): Promise<Opened | Flaw> {
    const { what, open, log } = this.#options;
    const known = this.#opened.get(version);
    if (known !== undefined) return known;
    const opened = await open(version);
    if (isGood(opened)) {
      this.#opened.set(version, opened);
    } else if (!this.#warned.has(version)) {
      this.#warned.add(version);
      log('warning', 'credential.version-unusable', { credential: what, version, problem: opened.problem });
    }
    return opened;
  }

  #unusable(newest: Version<Opened> | undefined, at: number): TenantpostError {
    const { what, name, setting, remedy } = this.#options;
    const subject = `${setting}: ${what} ${name}`;
    const detail = { setting, version: newest?.version };
    const say = (sentence: string): TenantpostError =>
      new TenantpostError('CREDENTIAL_UNUSABLE', `${subject} ${sentence}`, { detail });
    if (newest === undefined) return say('is not in the vault. Make it there, or correct the setting.');
    const { problem, remedy: own = remedy } = flawOf(newest, at);
    return say(`has no version that can prove the app. The newest (${newest.version}) ${problem}. ${own}`);
  }
}

function flawOf<Opened extends Times>(version: Version<Opened>, at: number): { problem: string; remedy?: string } {
  const { enabled, startsAt, expiresAt, opened } = version;
  if (!enabled) return { problem: 'is disabled', remedy: 'Enable it, or make a new version.' };
  if (expiresAt <= at) return { problem: `expired at ${new Date(expiresAt).toISOString()}` };
  if (opened !== undefined && !isGood(opened)) return opened;
  if (startsAt > at) return { problem: `is not valid before ${new Date(startsAt).toISOString()}` };
  return { problem: 'could not be read' };
}

function isGood<Opened extends Times>(opened: Opened | Flaw | undefined): opened is Opened {
  return opened !== undefined && !('problem' in opened);
}

/** The vault keeps times in whole seconds, and lists in no order: of two that are equally old every process takes the same. */
function newestFirst(one: ListedVersion, other: ListedVersion): number {
  const later = (field: 'createdOn' | 'notBefore' | 'expiresOn'): number =>
    (other[field]?.getTime() ?? 0) - (one[field]?.getTime() ?? 0);
  return (
    later('createdOn') ||
    later('notBefore') ||
    later('expiresOn') ||
    (one.version ?? '').localeCompare(other.version ?? '')
  );
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
