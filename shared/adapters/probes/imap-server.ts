/** Exchange's IMAP server, asked whether a mailbox opens. Nothing is read but that the inbox is there. */

import type { MailServer, Reached, SignIn } from '../../checks/ports.ts';
import type { Token } from '../../tokens/token.ts';
import { codeIn } from './connection-failure.ts';
import { type MailEndpoint, mailEndpoint, reachTls, strictTls } from './mail-endpoint.ts';

const within = 10_000;

export class ImapServer implements MailServer {
  readonly setting = 'TENANTPOST_IMAP_HOST';
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
    // Only here, so that no start of the app waits for a library that mail needs nothing of.
    const { ImapFlow } = await import('imapflow');
    const { host, port } = this.#endpoint;
    const client = new ImapFlow({
      host,
      port,
      secure: true,
      tls: strictTls,
      auth: { user: mailbox, accessToken: token.value },
      logger: false,
      disableAutoIdle: true,
      connectionTimeout: within,
      greetingTimeout: within,
      socketTimeout: within,
    });
    // It says there what it throws as well; nobody listening would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      await client.mailboxOpen('INBOX', { readOnly: true });
      await client.logout();
      return { kind: 'in', answered: 'OK AUTHENTICATE, OK EXAMINE' };
    } catch (error) {
      return refusalOf(error);
    } finally {
      client.close();
    }
  }
}

/** Exchange signs in whom it believes, and refuses every command after it: https://github.com/jstedfast/MailKit/issues/1496 */
const notConnected = /authenticated but not connected/i;

function refusalOf(error: unknown): SignIn {
  const texts = ['responseText', 'response', 'message'].map((name): unknown =>
    error instanceof Error ? Reflect.get(error, name) : undefined,
  );
  if (texts.some((text) => typeof text === 'string' && notConnected.test(text))) {
    return { kind: 'not-connected', answered: 'BAD User is authenticated but not connected.' };
  }
  if (error instanceof Error && Reflect.get(error, 'authenticationFailed') === true) {
    return { kind: 'refused', answered: 'NO AUTHENTICATE failed.' };
  }
  return { kind: 'unavailable', answered: codeIn(error) };
}
