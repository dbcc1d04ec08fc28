/** A session of Exchange Online PowerShell: which organization it is connected to, and what it has shown. */

import type { CloudState, Tenant } from '../state.ts';
import { CmdletError } from './powershell/script-error.ts';
import type { CmdletObject } from './powershell/value.ts';
import { isSame } from './same.ts';

export class ExchangeSession {
  readonly state: CloudState;
  readonly output: CmdletObject[] = [];
  readonly lines: string[] = [];
  readonly #files: Readonly<Record<string, string>>;
  #tenant: Tenant | undefined;
  #directory: Tenant | undefined;
  #showsWarnings = true;

  constructor(state: CloudState, files: Readonly<Record<string, string>> = {}) {
    this.state = state;
    this.#files = files;
  }

  /** The administrator's clock; Exchange's caches have those of the services that ask them. */
  get now(): number {
    return Date.now();
  }

  get tenant(): Tenant {
    if (this.#tenant === undefined) throw new Error('A cmdlet is run in a connected session only.');
    return this.#tenant;
  }

  get isConnected(): boolean {
    return this.#tenant !== undefined;
  }

  /**
   * The module has the cmdlets of an organization only once it is connected to one.
   *
   * @throws CmdletError
   */
  requireConnection(cmdlet: string): void {
    if (this.isConnected) return;
    throw new CmdletError(
      `The term '${cmdlet}' is not recognized as a name of a cmdlet, function, script file, or executable program. ` +
        'It is there once Connect-ExchangeOnline has connected the session to an organization.',
    );
  }

  /**
   * The tenant whose directory Microsoft Graph PowerShell reads: connected by itself, or the organization's.
   *
   * @throws CmdletError
   */
  get directory(): Tenant {
    const tenant = this.#directory ?? this.#tenant;
    if (tenant === undefined) throw new CmdletError('Authentication needed. Please call Connect-MgGraph.');
    return tenant;
  }

  /** @param organization id or domain. @throws CmdletError when there is no such tenant. */
  connect(organization: string): void {
    this.#tenant = this.#tenantOf(organization);
  }

  /** @param organization id or domain. @throws CmdletError when there is no such tenant. */
  connectDirectory(organization: string): void {
    this.#directory = this.#tenantOf(organization);
  }

  #tenantOf(organization: string): Tenant {
    const { tenants } = this.state;
    const tenant = tenants.find(({ id, domain }) => isSame(id, organization) || isSame(domain, organization));
    if (tenant !== undefined) return tenant;
    throw new CmdletError(`There is no organization ${organization} in the local cloud.`);
  }

  disconnect(): void {
    this.#tenant = undefined;
  }

  /** @throws CmdletError for a file that was not handed over with the script. */
  readFile(path: string): string {
    const text = Object.hasOwn(this.#files, path) ? this.#files[path] : undefined;
    if (text === undefined) throw new CmdletError(`Could not find file '${path}'.`);
    return text;
  }

  /** Runs a cmdlet whose warnings are shown or not. */
  warning<Result>(isShown: boolean, run: () => Result): Result {
    this.#showsWarnings = isShown;
    try {
      return run();
    } finally {
      this.#showsWarnings = true;
    }
  }

  warn(message: string): void {
    if (this.#showsWarnings) this.lines.push(`WARNING: ${message}`);
  }
}
