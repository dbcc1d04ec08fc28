/**
 * An SMTP server of this process that answers as a test tells it to: without STARTTLS, without an extension, in the middle of
 * a message. It knows the usual answers itself.
 */

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { z } from 'zod';
import { makeServerCertificate } from '../../local/cloud/certificate-authority.ts';
import { trust } from '../../local/trust.ts';

export interface SmtpScript {
  /** After STARTTLS. */
  readonly extensions?: readonly string[];
  readonly hasStartTls?: boolean;
  /** A line of the client, before its usual answer. @returns the answer to give, if another one; `''` for none. */
  readonly command?: (line: string, socket: Socket) => string | undefined;
  /** When this much of a message has come. @returns the answer to give at once, if any. */
  readonly data?: (text: string, socket: Socket) => string | undefined;
  /** The certificate to show in place of one that this process trusts. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface ScriptedSmtp {
  /** `localhost:PORT` */
  readonly address: string;
  /** Every line of the clients but those of messages. */
  readonly commands: readonly string[];
  /** Messages that came to their end. */
  readonly messages: readonly string[];
  stop(): Promise<void>;
}

const shown = await makeServerCertificate();
trust(shown.ca);

const usual = ['SIZE 157286400', 'PIPELINING', 'ENHANCEDSTATUSCODES', 'AUTH LOGIN XOAUTH2', '8BITMIME', 'SMTPUTF8'];

export async function startScriptedSmtp(script: SmtpScript = {}): Promise<ScriptedSmtp> {
  const commands: string[] = [];
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const context = createSecureContext({ cert: shown.cert, key: shown.key, ...script.tls });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.write('220 scripted ready\r\n');
    talk(socket, false);
  });

  function talk(socket: Socket, isSecure: boolean): void {
    let waiting = '';
    let message: string | undefined;
    socket.on('data', (chunk: Buffer) => {
      waiting += chunk.toString('latin1');
      for (let end = next(); end >= 0; end = next()) {
        const line = waiting.slice(0, end);
        waiting = waiting.slice(end + 2);
        if (message === undefined) obey(line);
        else read(line);
      }
    });
    const next = (): number => waiting.indexOf('\r\n');
    const say = (text: string): void => void (text !== '' && socket.write(`${text}\r\n`));

    function read(line: string): void {
      if (line === '.') {
        const whole = message ?? '';
        message = undefined;
        messages.push(whole);
        return say(script.command?.('.', socket) ?? '250 2.0.0 OK');
      }
      message = `${message ?? ''}${line.startsWith('.') ? line.slice(1) : line}\r\n`;
      say(script.data?.(message, socket) ?? '');
    }

    function obey(line: string): void {
      commands.push(line);
      const scripted = script.command?.(line, socket);
      if (scripted !== undefined) {
        say(scripted);
        if (scripted.startsWith('354')) message = '';
        return;
      }
      const word = (line.split(/[ :]/)[0] ?? '').toUpperCase();
      if (word === 'EHLO') {
        const plain = script.hasStartTls === false ? ['8BITMIME'] : ['STARTTLS'];
        const lines = ['scripted', ...(isSecure ? (script.extensions ?? usual) : plain)];
        return say(lines.map((one, at) => `250${at === lines.length - 1 ? ' ' : '-'}${one}`).join('\r\n'));
      }
      if (word === 'STARTTLS') {
        socket.removeAllListeners('data');
        say('220 2.0.0 go ahead');
        const secured = new TLSSocket(socket, { isServer: true, secureContext: context });
        secured.on('error', () => socket.destroy());
        return talk(secured, true);
      }
      if (word === 'DATA') message = '';
      const answers: Record<string, string> = { AUTH: '235 2.7.0 OK', DATA: '354 go on', QUIT: '221 2.0.0 bye' };
      say(answers[word] ?? '250 2.0.0 OK');
      if (word === 'QUIT') socket.end();
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    address: `localhost:${port}`,
    commands,
    messages,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
