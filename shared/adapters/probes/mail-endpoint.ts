/** Where a mail server is, and whether it can be reached with TLS from the first byte, as IMAP on 993 and POP3 on 995. */

import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Reached } from '../../checks/ports.ts';
import { connectionFailure } from './connection-failure.ts';

export interface MailEndpoint {
  readonly host: string;
  readonly port: number;
}

/** @param address `outlook.office365.com:993` */
export function mailEndpoint(address: string): MailEndpoint {
  const [host = '', port] = address.split(':');
  return { host, port: Number(port) };
}

/** Said outright wherever a connection is made: NODE_TLS_REJECT_UNAUTHORIZED would turn it off. */
export const strictTls = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;

/** RFC 6066 section 3: an address is no server name. */
export const serverName = ({ host }: MailEndpoint): string => (isIP(host) === 0 ? host : '');

/** XOAUTH2: https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#sasl-xoauth2 */
export function xoauth2(mailbox: string, accessToken: string): string {
  return Buffer.from(`user=${mailbox}\x01auth=Bearer ${accessToken}\x01\x01`).toString('base64');
}

export async function reachTls(endpoint: MailEndpoint, within = 10_000): Promise<Reached> {
  const socket = connect({ ...endpoint, servername: serverName(endpoint), ...strictTls });
  const ended = Promise.withResolvers<void>();
  // A server that takes the connection and says nothing is not there either.
  socket.once('data', () => ended.resolve());
  socket.once('error', ended.reject);
  socket.once('close', () => ended.reject(Object.assign(new Error('The connection ended.'), { code: 'ECONNRESET' })));
  socket.setTimeout(within, () => ended.reject(Object.assign(new Error('Out of time.'), { code: 'ETIMEDOUT' })));
  try {
    await ended.promise;
    return { kind: 'reached', answered: `${socket.getProtocol() ?? 'TLS'}, greeted` };
  } catch (error) {
    return connectionFailure(error);
  } finally {
    socket.destroy();
  }
}
