/** One run of the doctor. What does not depend on each other is asked at once; what would be guessing is not asked. */

import type { ErrorCode } from '../errors.ts';
import type { Resource } from '../resource.ts';
import type { Token } from '../tokens/token.ts';
import { type CheckName, isAboutMailbox } from './chain.ts';
import { isTenantId } from './check-request.ts';
import { failedBy } from './conclude.ts';
import { clockFinding, connectionFinding, services } from './connections.ts';
import type { CredentialOptions } from './credential-check.ts';
import type { Found } from './finding.ts';
import {
  configurationFinding,
  credentialFinding,
  type InstallationSettings,
  storageFinding,
  vaultFinding,
} from './installation.ts';
import { MailboxExamination, type MailboxPorts } from './mailbox-examination.ts';
import type { FreshToken, Listed, Reached, RecordedTenant } from './ports.ts';
import { type Protocol, protocolOf } from './protocol.ts';
import { rolesFinding } from './roles.ts';
import { consentedAgo, recordFinding, removedFinding, tenantFinding, tenantUnanswered } from './tenant-checks.ts';
import { TimeBudget, type TimePorts } from './time-budget.ts';
import { tokenGiven, tokenRefusal } from './token-refusals.ts';

export interface Ports extends MailboxPorts, TimePorts {
  readonly settings: Settings;
  readonly credential: CredentialOptions;
  /** One cheap read of each storage service in use. */
  readonly askStorage: () => Promise<void>;
  /** One read of the vault, past every cache. */
  readonly askVault: () => Promise<void>;
  readonly reachEntra: () => Promise<Reached>;
  readonly reachGraph: () => Promise<Reached>;
  /** @throws TenantpostError `ENTRA_UNAVAILABLE` */
  readonly lookUp: (name: string) => Promise<Listed>;
  readonly freshToken: FreshToken;
  readonly findTenant: (id: string) => Promise<RecordedTenant | undefined>;
}

interface Settings extends InstallationSettings {
  readonly clientId: string;
  readonly authorityUrl: string;
  readonly graphUrl: string;
  readonly singleTenantId: string | undefined;
}

export interface Asked {
  readonly tenant: string;
  readonly mailbox: string | undefined;
  readonly sendTo?: string | undefined;
}

const consentOnly = ['Mail.Send'];

export class Examination {
  readonly findings = new Map<CheckName, Found>();
  readonly #with: Ports;
  readonly #asked: Asked;
  readonly #time: TimeBudget;
  #tenantId: string | undefined;
  /** Whether it is a tenant of this installation: of no other anything is kept. */
  isServed = false;
  /** Why what has no finding was not tried. */
  #stoppedBy: CheckName | undefined;

  constructor(ports: Ports, asked: Asked) {
    this.#with = ports;
    this.#asked = asked;
    this.#time = new TimeBudget(ports);
    this.#tenantId = isTenantId(asked.tenant) ? asked.tenant : undefined;
  }

  get tenantId(): string | undefined {
    return this.#tenantId;
  }

  whyNot(check: CheckName): string {
    if (this.#stoppedBy !== undefined) return `Not tried: ${this.#stoppedBy} decides it.`;
    if (this.#asked.mailbox === undefined && isAboutMailbox(check)) return 'Not tried: no mailbox was named.';
    if (check === 'real-message') return 'No address was given to send a message to.';
    return 'Not tried: the tenant is not asked for what this is about, or a finding before this decides it.';
  }

  async run(): Promise<void> {
    await this.#outside();
    await this.#tenant();
    const record = await this.#record();
    this.#put(configurationFinding(this.#with.settings, record?.rights ?? []));
    const mailbox = this.#mailbox(record);
    // Our own tables need nobody else.
    const own = this.#has('storage') ? mailbox?.own() : undefined;
    const stop = (['entra-connection', 'clock', 'credential', 'tenant', 'tenant-record'] as const).find((check) =>
      this.#failed(check),
    );
    if (stop === undefined) await this.#tokens(record, mailbox);
    else this.#stoppedBy = stop;
    await own;
    await mailbox?.end();
  }

  async #outside(): Promise<void> {
    const { settings, credential, askStorage, askVault, reachEntra, reachGraph, now } = this.#with;
    const storage = storageFinding(() => this.#within('STORAGE_UNAVAILABLE', askStorage));
    const vault = vaultFinding(() => this.#within('VAULT_UNAVAILABLE', askVault));
    const proof = this.#within('VAULT_UNAVAILABLE', () => credentialFinding(credential, now)).catch((error: unknown) =>
      failedBy('credential', 'Made a proof of the app, as for a token request.', error),
    );
    const [entra, graph] = await Promise.all([this.#reached(reachEntra), this.#reached(reachGraph)]);
    const { authorityUrl, graphUrl } = settings;
    this.#put(clockFinding(entra, graph));
    const authority = { setting: 'TENANTPOST_AUTHORITY_URL', address: authorityUrl };
    this.#put(connectionFinding({ ...services.entra, ...authority }, entra));
    const graphRoot = { setting: 'TENANTPOST_GRAPH_URL', address: graphUrl };
    this.#put(connectionFinding({ ...services.graph, ...graphRoot }, graph));
    for (const finding of await Promise.all([storage, vault, proof])) this.#put(finding);
  }

  async #tenant(): Promise<void> {
    if (this.#failed('entra-connection')) return;
    const { settings, lookUp } = this.#with;
    try {
      const listed = await this.#within('ENTRA_UNAVAILABLE', () => lookUp(this.#asked.tenant));
      if (listed.kind === 'found') this.#tenantId = listed.tenantId;
      this.#put(tenantFinding(this.#asked.tenant, listed, settings));
    } catch (error) {
      this.#put(tenantUnanswered(error));
    }
  }

  async #record(): Promise<RecordedTenant | undefined> {
    const id = this.#tenantId;
    if (id === undefined || !this.#has('storage')) return undefined;
    try {
      const record = await this.#within('STORAGE_UNAVAILABLE', () => this.#with.findTenant(id));
      this.isServed = record !== undefined && record.state !== 'removed';
      const removed = removedFinding(record);
      if (removed !== undefined) this.#put(removed);
      return record;
    } catch (error) {
      this.#put(failedBy('storage', 'Read the row of the tenant.', error));
      return undefined;
    }
  }

  #mailbox(record: RecordedTenant | undefined): MailboxExamination | undefined {
    const { mailbox, sendTo } = this.#asked;
    const tenantId = this.#tenantId;
    if (mailbox === undefined || tenantId === undefined) return undefined;
    return new MailboxExamination(this.#with, {
      ...{ tenantId, mailbox, sendTo, record },
      appId: this.#with.settings.clientId,
      put: (finding) => this.#put(finding),
      state: (check) => this.findings.get(check)?.state,
      cause: () => [...this.findings.values()].find(({ state }) => state === 'failed'),
      within: (code, work) => this.#within(code, work),
    });
  }

  async #tokens(record: RecordedTenant | undefined, mailbox: MailboxExamination | undefined): Promise<void> {
    const wanted = record?.rights;
    const asksExchange = wanted === undefined || wanted.some((right) => protocolOf(right) !== undefined);
    const [graph, outlook] = await Promise.all([
      this.#token('graph'),
      this.#with.settings.resources.includes('outlook') && asksExchange ? this.#token('outlook') : undefined,
      mailbox?.lookUp(),
    ]);
    const ago = consentedAgo(record, this.#with.now());
    if ('error' in graph) {
      const refusal = tokenRefusal('consent', graph.error, ago);
      this.#put(refusal);
      this.#stoppedBy = refusal.check;
      return;
    }
    this.#put(tokenGiven('consent', graph.token));
    if (outlook !== undefined && 'token' in outlook) this.#put(tokenGiven('exchange-consent', outlook.token));
    // Where nobody wrote down what was asked for, a tenant without Exchange is none the worse for it.
    if (outlook !== undefined && 'error' in outlook && wanted !== undefined) {
      this.#put(tokenRefusal('exchange-consent', outlook.error, ago));
    }
    const tokens = {
      graph: graph.token,
      outlook: outlook !== undefined && 'token' in outlook ? outlook.token : undefined,
    };
    const rights = wanted ?? consentOnly;
    const opens = await mailbox?.graph(tokens.graph, rights);
    const roles = rolesFinding({ rights, scoped: record?.scoped === true, ...tokens }, opens);
    this.#put(roles);
    if (roles.state !== 'failed' && this.#has('storage')) this.#put(recordFinding(record));
    if (tokens.outlook !== undefined) await this.#exchange(tokens.outlook, wanted, mailbox);
  }

  /** Where nobody wrote down what was asked for, what was granted tells. */
  async #exchange(
    token: Token,
    wanted: readonly string[] | undefined,
    mailbox: MailboxExamination | undefined,
  ): Promise<void> {
    const asked = (wanted ?? token.roles).flatMap((right) => protocolOf(right) ?? []);
    const reached = await Promise.all(
      asked.map(async (protocol) => [protocol, await this.#reachServer(protocol)] as const),
    );
    const open = reached.filter(([, isReached]) => isReached).map(([protocol]) => protocol);
    await mailbox?.exchange(token, open);
  }

  async #reachServer(protocol: Protocol): Promise<boolean> {
    const server = this.#with.servers[protocol];
    if (server === undefined) return false;
    const reached = await this.#reached(() => server.reach());
    this.#put(connectionFinding({ ...services[protocol], setting: server.setting, address: server.address }, reached));
    return reached.kind === 'reached';
  }

  async #token(resource: Resource): Promise<{ readonly token: Token } | { readonly error: unknown }> {
    try {
      const id = this.#tenantId ?? '';
      return { token: await this.#within('ENTRA_UNAVAILABLE', () => this.#with.freshToken(id, resource)) };
    } catch (error) {
      return { error };
    }
  }

  async #reached(reach: () => Promise<Reached>): Promise<Reached> {
    try {
      return await this.#within('ENTRA_UNAVAILABLE', reach);
    } catch {
      return { kind: 'unreachable', answered: 'no answer in time' };
    }
  }

  /** @throws TenantpostError of that code when the work takes too long. */
  #within<T>(code: ErrorCode, work: () => Promise<T>): Promise<T> {
    return this.#time.within(code, work);
  }

  /** What has failed stays so. */
  #put(finding: Found): void {
    if (!this.#failed(finding.check)) this.findings.set(finding.check, finding);
  }

  #failed(check: CheckName): boolean {
    return this.findings.get(check)?.state === 'failed';
  }

  #has(check: CheckName): boolean {
    return this.findings.get(check)?.state === 'ok';
  }
}
