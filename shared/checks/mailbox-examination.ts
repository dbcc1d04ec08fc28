/** What one run of the doctor asks about a mailbox: Graph, Exchange's mail servers, our own limits, and a real message. */

import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { Token } from '../tokens/token.ts';
import type { CheckName } from './chain.ts';
import { failedBy, skipped } from './conclude.ts';
import { type SignIns, wantsComparison } from './exchange-diagnosis.ts';
import { exchangeFindings } from './exchange-findings.ts';
import type { Found } from './finding.ts';
import { mailboxFindings, ownedElsewhere, type Probed, readFinding } from './mailbox-checks.ts';
import type {
  Listed,
  MailboxRights,
  MailServers,
  RecentMail,
  RecordedTenant,
  SendingLimits,
  SendMessage,
  SignIn,
} from './ports.ts';
import { type Protocol, rightOf } from './protocol.ts';
import { limitsFinding, messageFinding, messageSkipped, recentFinding } from './sending.ts';

export interface MailboxPorts {
  /** @throws TenantpostError `ENTRA_UNAVAILABLE` */
  readonly lookUp: (name: string) => Promise<Listed>;
  readonly mailboxRights: MailboxRights;
  readonly servers: MailServers;
  readonly limitsOf: (tenantId: string, mailbox: string) => Promise<SendingLimits>;
  readonly recentMail: (tenantId: string, mailbox: string) => Promise<RecentMail>;
  readonly sendMessage: { readonly graph: SendMessage; readonly smtp?: SendMessage };
}

interface Subject {
  readonly tenantId: string;
  readonly mailbox: string;
  readonly sendTo: string | undefined;
  readonly record: RecordedTenant | undefined;
  readonly appId: string;
  readonly put: (finding: Found) => void;
  readonly state: (check: CheckName) => Found['state'] | undefined;
  /** What has failed so far. */
  readonly cause: () => Found | undefined;
  readonly within: <T>(code: ErrorCode, work: () => Promise<T>) => Promise<T>;
}

/** Two more mailboxes tell what one cannot; more would only take longer. */
const mostCompared = 2;

const unavailable = { smtp: 'SMTP_UNAVAILABLE', imap: 'IMAP_UNAVAILABLE', pop: 'POP_UNAVAILABLE' } as const;

export class MailboxExamination {
  readonly #with: MailboxPorts;
  readonly #of: Subject;
  #listed: Listed | undefined;
  #recent: Found | undefined;
  /** How a real message can leave, if at all. */
  #way: { readonly transport: 'graph' | 'smtp'; readonly token: Token } | undefined;

  constructor(ports: MailboxPorts, subject: Subject) {
    this.#with = ports;
    this.#of = subject;
  }

  /** Whose domain it is. That nobody can say so is no finding: Graph knows. */
  async lookUp(): Promise<void> {
    const domain = this.#of.mailbox.slice(this.#of.mailbox.lastIndexOf('@') + 1);
    this.#listed = await this.#of.within('ENTRA_UNAVAILABLE', () => this.#with.lookUp(domain)).catch(() => undefined);
  }

  /** @returns whether Graph takes mail from the mailbox; undefined where it could not be asked. */
  async graph(token: Token, rights: readonly string[]): Promise<boolean | undefined> {
    const { tenantId, mailbox, record, put, state, within } = this.#of;
    const elsewhere = ownedElsewhere(this.#listed, tenantId);
    if (elsewhere !== undefined) {
      put(elsewhere);
      return undefined;
    }
    if (state('graph-connection') !== 'ok') return this.#unasked('Graph cannot be reached: see graph-connection.');
    const scoped = record?.scoped === true;
    const hasRole = token.roles.includes('Mail.Send');
    if (!hasRole && !scoped && !rights.some((right) => right.startsWith('Mail.'))) {
      return this.#unasked('The tenant is asked for no right on Graph.');
    }
    const { mailboxRights } = this.#with;
    const probed = await asked(() => within('GRAPH_UNAVAILABLE', () => mailboxRights.send(token, mailbox)));
    for (const finding of mailboxFindings({ tenantId, scoped, hasRole }, probed)) put(finding);
    if (!('answered' in probed)) return asTenantpostError(probed.error).code === 'SEND_FORBIDDEN' ? false : undefined;
    this.#way = { transport: 'graph', token };
    if (rights.includes('Mail.ReadWrite') && (scoped || token.roles.includes('Mail.ReadWrite'))) {
      put(readFinding(await asked(() => within('GRAPH_UNAVAILABLE', () => mailboxRights.read(token, mailbox)))));
    }
    return true;
  }

  #unasked(why: string): undefined {
    for (const check of ['mailbox', 'mailbox-scope', 'graph-send'] as const) this.#of.put(skipped(check, why));
  }

  /** @param wanted protocols whose servers can be reached. */
  async exchange(token: Token, wanted: readonly Protocol[]): Promise<void> {
    const { mailbox, record, appId, put, state } = this.#of;
    if (state('mailbox') === 'failed') {
      for (const protocol of wanted)
        put(skipped(`${protocol}-sign-in`, 'There is no mailbox to sign in to: see mailbox.'));
      return;
    }
    const able = wanted.filter((protocol) => {
      // Of an app that Exchange itself lets send, the token says nothing.
      const may = token.roles.includes(rightOf[protocol]) || (protocol === 'smtp' && record?.scoped === true);
      if (!may) put(skipped(`${protocol}-sign-in`, `The token lacks ${rightOf[protocol]}: see roles.`));
      return may;
    });
    const tried = await Promise.all(able.map(async (one) => [one, await this.#signIn(one, token, mailbox)] as const));
    const here: SignIns = Object.fromEntries(tried);
    const evidence = { here, elsewhere: await this.#elsewhere(here, token), isKnown: state('mailbox') === 'ok' };
    for (const finding of exchangeFindings(evidence, { appId, objectId: token.objectId, mailbox })) put(finding);
    if (here.smtp?.kind === 'in') this.#way ??= { transport: 'smtp', token };
  }

  /** The same protocol on other mailboxes that were granted, where that tells more. */
  async #elsewhere(here: SignIns, token: Token): Promise<readonly SignIns[]> {
    const protocol = wantsComparison(here);
    if (protocol === undefined) return [];
    const others = (this.#of.record?.mailboxes ?? []).filter((one) => one.toLowerCase() !== this.#of.mailbox);
    const compared = others.slice(0, mostCompared);
    return Promise.all(compared.map(async (one) => ({ [protocol]: await this.#signIn(protocol, token, one) })));
  }

  async #signIn(protocol: Protocol, token: Token, mailbox: string): Promise<SignIn> {
    const server = this.#with.servers[protocol];
    if (server === undefined) return { kind: 'unavailable', answered: 'no address is set' };
    try {
      return await this.#of.within(unavailable[protocol], () => server.signIn(token, mailbox));
    } catch {
      return { kind: 'unavailable', answered: 'no answer in time' };
    }
  }

  /** What our own tables say of it. */
  async own(): Promise<void> {
    const { tenantId, mailbox, put, within } = this.#of;
    const { limitsOf, recentMail } = this.#with;
    const limits = within('STORAGE_UNAVAILABLE', () => limitsOf(tenantId, mailbox)).then(
      limitsFinding,
      (error: unknown) => failedBy('sending-limits', 'Read the gate of the mailbox.', error),
    );
    const recent = within('STORAGE_UNAVAILABLE', () => recentMail(tenantId, mailbox)).then(recentFinding, () =>
      skipped('recent-failures', 'The outcomes of the tenant’s mail could not be read in time.'),
    );
    put(await limits);
    this.#recent = await recent;
  }

  /** The last step. A message is sent only when nothing else is wrong: it would tell nothing new. */
  async end(): Promise<void> {
    const { sendTo, put } = this.#of;
    const isSent = sendTo !== undefined && (await this.#send(sendTo));
    // A message that was sent this moment tells how things are now.
    if (isSent) put(skipped('recent-failures', 'The real message tells more: see real-message.'));
    else if (this.#recent !== undefined) put(this.#recent);
  }

  async #send(sendTo: string): Promise<boolean> {
    const { mailbox, put, cause, within } = this.#of;
    const before = cause();
    const way = this.#way;
    const send = way === undefined ? undefined : this.#with.sendMessage[way.transport];
    if (before !== undefined || way === undefined || send === undefined) {
      const why = before === undefined ? 'the tenant has no right to send' : `${before.check} is to be mended first`;
      put(messageSkipped(`Not sent: ${why}.`));
      return false;
    }
    const name = way.transport === 'graph' ? 'Graph' : 'SMTP';
    put(await messageFinding(name, () => within('SEND_UNCONFIRMED', () => send(way.token, mailbox, sendTo))));
    return true;
  }
}

async function asked(ask: () => Promise<string>): Promise<Probed> {
  try {
    return { answered: await ask() };
  } catch (error) {
    return { error };
  }
}
