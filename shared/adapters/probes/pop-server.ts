/** Exchange's POP3 server, asked whether a mailbox opens. No message is listed or read. */

import type { MailServer, Reached, SignIn } from '../../checks/ports.ts';
import type { Token } from '../../tokens/token.ts';
import { codeIn } from './connection-failure.ts';
import { type MailEndpoint, mailEndpoint, reachTls, serverName, strictTls, xoauth2 } from './mail-endpoint.ts';

const within = 10_000;

export class PopServer implements MailServer {
  readonly setting = 'TENANTPOST_POP_HOST';
  readonly address: string;
  readonly #endpoint: MailEndpoint;

  constructor(address: string) {
    this.address = address;
    this.#endpoint = mailEndpoint(address);
  }

  reach(): Promise<Reached> {
    return reachTls(this.#endpoint);
  }

  async signIn(token: Token, mailbox: string): Promise<SignIn> {
    const { default: Pop3Command } = await import('node-pop3');
    const client = new Pop3Command({
      ...this.#endpoint,
      // It knows passwords only; its way to send any command takes XOAUTH2 to the server.
      user: mailbox,
      password: '',
      tls: true,
      tlsOptions: { ...strictTls, ...{ servername: serverName(this.#endpoint) } },
      timeout: within,
    });
    // It says there what it throws as well; nobody listening would end the process.
    client.on('error', () => {});
    let isAsked = false;
    try {
      await client.connect();
      // Exchange wants two lines.
      await client.command('AUTH', 'XOAUTH2');
      isAsked = true;
      await client.command(xoauth2(mailbox, token.value));
      await client.command('QUIT');
      return { kind: 'in', answered: '+OK' };
    } catch (error) {
      const event: unknown = error instanceof Error ? Reflect.get(error, 'eventName') : undefined;
      if (isAsked && event === 'error') return { kind: 'refused', answered: '-ERR' };
      return { kind: 'unavailable', answered: event === 'timeout' ? 'ETIMEDOUT' : codeIn(error) };
    }
  }
}
