/**
 * One SMTP connection: smtp-server's, with Exchange's replies, Exchange's way to authenticate, and the fault panel before
 * every command. It builds on methods that smtp-server declares and does not document; its version is pinned.
 */

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPServer } from 'smtp-server';
import type { CloudContext } from '../../cloud.ts';
import type { Hit } from '../../faults/fault-panel.ts';
import type { Fault } from '../../faults/fault-rule.ts';
import type { Journal } from '../../journal.ts';
import type { MailboxConnections } from '../mailbox-connections.ts';
import { newSessionId, serverName } from '../server-name.ts';
import { claimedIdentity } from '../xoauth2.ts';
import { authenticate, type Sender } from './authentication.ts';
import { dateOfMail, exchangeText, extensions, withTrace } from './replies.ts';
import type { Decision } from './submission.ts';

type Next = () => void;
type SlowHit = Hit & { fault: Extract<Fault, { kind: 'slow' }> };

const isSlow = (hit: Hit): hit is SlowHit => hit.fault.kind === 'slow';

/** The journal has one entry for a whole message. */
const operationOf = (command: string): string => (['MAIL', 'RCPT', 'DATA'].includes(command) ? 'submit' : command);

export class ExchangeConnection extends SMTPConnection {
  readonly #cloud: CloudContext;
  readonly #connections: MailboxConnections;
  /** The socket under TLS. */
  readonly tcp: Socket;
  readonly #sessionId = newSessionId();
  sender: Sender | undefined;
  #leave: () => void = () => {};
  /** The last refusal of AUTH: Exchange repeats it to a client that goes on without. */
  #refusal = '';
  /** The command that runs, in capitals, and what is to happen once it has succeeded. */
  #command = '';
  #hit: Hit | undefined;
  #isSilent = false;

  constructor(
    server: SMTPServer,
    socket: Socket,
    options: SMTPConnectionOptions | null | undefined,
    { cloud, connections }: { cloud: CloudContext; connections: MailboxConnections },
  ) {
    super(server, socket, options ?? null);
    this.#cloud = cloud;
    this.#connections = connections;
    this.tcp = socket;
  }

  get isOpen(): boolean {
    return !this.tcp.destroyed;
  }

  /** Whether it is one of the few connections by which its mailbox may send. */
  get isServed(): boolean {
    return this.sender !== undefined && this.#connections.isServed(this.sender.mailbox, this);
  }

  /** Not the socket's own event: smtp-server takes all listeners off it for the handshake. */
  override _onClose(): void {
    super._onClose();
    this.#leave();
  }

  override _sendGreeting(): void {
    const date = dateOfMail(this.#cloud.now('smtp'));
    super.send(220, `${serverName} Microsoft ESMTP MAIL Service ready at ${date} [${this.#sessionId}]`, false);
  }

  /** All replies go out here. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (this.#isSilent) return;
    // Neither a challenge nor the leave to send a message is how a command ends.
    const hit = code === 334 || code === 354 ? undefined : this.#hit;
    if (hit !== undefined) {
      this.#hit = undefined;
      if (code < 400 || isSlow(hit)) this.#noteHit(hit, code);
      else hit.release();
      if (code < 400 && !isSlow(hit)) return this.#carryOut(hit);
    }
    super.send(code, this.#replyOf(code, data ?? '', context), false);
  }

  #replyOf(code: number, data: string | string[], context?: string | false): string | string[] {
    const hello = `${serverName} Hello [${this.remoteAddress}]`;
    if (Array.isArray(data)) return [hello, ...extensions(this.secure, Number(this._server.options.size))];
    if (code === 250 && data.includes('Nice to meet you')) return hello;
    const unauthenticated = `5.7.57 Client not authenticated to send mail. ${this.#refusal}`.trimEnd();
    const text = code === 530 ? unauthenticated : exchangeText(code, data, context);
    return code >= 400 ? withTrace(text, this.#sessionId, this.#cloud.now('smtp')) : text;
  }

  /** Those that are decided elsewhere are in the journal already. */
  #noteHit(hit: Hit, status: number): void {
    if (this.#command === 'AUTH' || this.#command === 'DATA') return;
    this.#note({ operation: operationOf(this.#command), status, ...this.#identity(), fault: hit.id });
  }

  override _onCommand(line: Buffer, callback?: Next): void {
    const next = callback ?? (() => {});
    if (this.#isSilent) return;
    const text = line.toString('latin1');
    const isResponse = this._nextHandler !== false;
    const [word = '', , response = ''] = isResponse ? ['AUTH', '', text] : text.trim().split(/\s+/);
    this.#command = word.toUpperCase();
    const go = (): void => super._onCommand(line, next);
    // An AUTH that is not complete says nothing of who it is for. What comes during a handshake is thrown away.
    if (this._upgrading || (this.#command === 'AUTH' && response === '')) return go();
    const facts = this.#command === 'AUTH' ? claimedIdentity(response.trim()) : this.#identity();
    const hit = this.#cloud.faults.take({ service: 'smtp', operation: this.#command, ...facts });
    if (hit === undefined) return go();
    if (isSlow(hit)) {
      this.#hit = hit;
      if (this.#isHeld(hit)) go();
      else void sleep(hit.fault.milliseconds).then(go);
    } else if ('when' in hit.fault && hit.fault.when === 'after') {
      this.#hit = hit;
      go();
    } else {
      const reason = `fault: ${hit.fault.kind}`;
      this.#note({ operation: operationOf(this.#command), status: 0, ...facts, reason, fault: hit.id });
      this._nextHandler = false;
      this.#carryOut(hit);
      next();
    }
  }

  /** Only where there is work to do is it another thing whether the answer is late or the command. */
  #isHeld({ fault }: SlowHit): boolean {
    return fault.when === 'after' && (this.#command === 'AUTH' || this.#command === 'DATA');
  }

  /** An answer that is to be late waits here, when the work is done. */
  async hold(): Promise<void> {
    const hit = this.#hit;
    if (hit !== undefined && isSlow(hit) && this.#isHeld(hit)) await sleep(hit.fault.milliseconds);
  }

  override handler_AUTH(line: Buffer, next: Next): void {
    const [, method = '', initial, ...more] = line.toString('latin1').trim().split(/\s+/);
    // Nothing is offered before TLS: https://github.com/mattermost/mattermost/issues/954.
    if (method.toUpperCase() !== 'XOAUTH2' || !this.secure || this.sender !== undefined) {
      if (this.secure) super.handler_AUTH(line, next);
      else {
        this.send(504, 'Unrecognized authentication type');
        next();
      }
    } else if (more.length > 0) {
      this.send(501, 'Error: syntax');
      next();
    } else if (initial !== undefined) void this.#authenticate(initial, next);
    else {
      this._nextHandler = (response, then) => void this.#authenticate(response.toString('latin1').trim(), then);
      this.send(334);
      next();
    }
  }

  async #authenticate(response: string, next: Next): Promise<void> {
    if (response === '*') {
      this.send(501, '5.7.0 Authentication aborted');
      return next();
    }
    const { sender, reply, facts } = await authenticate(this.#cloud, response);
    if (sender !== undefined) {
      this.sender = sender;
      this.session.user = sender.mailbox.address;
      this.#leave = this.#connections.open(sender.mailbox, this);
      if (!this.isOpen) this.#leave();
    } else this.#refusal = `Error: ${reply.code} ${reply.text}`;
    this.record('AUTH', { code: reply.code, text: reply.text, ...facts });
    await this.hold();
    this.send(reply.code, reply.text);
    next();
  }

  /** Notes what was decided, with the fault that changes what the client sees of it. */
  record(operation: 'AUTH' | 'submit', decision: Decision & { tenantId?: string; mailbox?: string }): void {
    const { code, text, reason, ...facts } = decision;
    const hit = this.#hit !== undefined && (code < 400 || isSlow(this.#hit)) ? this.#hit : undefined;
    const enhanced = code < 400 ? undefined : /^\d\.\d{1,3}\.\d{1,3}/.exec(text)?.[0];
    this.#note({
      operation,
      status: code,
      ...(enhanced !== undefined && { code: enhanced }),
      ...this.#identity(),
      ...facts,
      ...(reason !== undefined && { reason }),
      ...(hit && { fault: hit.id }),
    });
  }

  #note(entry: Omit<Parameters<Journal['record']>[0], 'service'>): void {
    this.#cloud.journal.record({ service: 'smtp', ...entry });
  }

  #identity(): { tenantId?: string; mailbox?: string } {
    return this.sender === undefined
      ? {}
      : { tenantId: this.sender.mailbox.tenantId, mailbox: this.sender.mailbox.address };
  }

  #carryOut({ fault }: Hit): void {
    if (fault.kind === 'reply') {
      const [, code = '421', text = fault.text] = /^(\d{3})[ -]?(.*)$/.exec(fault.text) ?? [];
      super.send(Number(code), text, false);
    } else if (fault.kind === 'silence') this.#isSilent = true;
    else this.tcp.resetAndDestroy();
  }
}
