/** Exchange Online's three older servers on loopback ports: SMTP submission, IMAP and POP3. */

import type { CloudContext } from '../cloud.ts';
import { refusesConnection } from '../faults/refuse-connection.ts';
import type { ListenOptions } from '../listen.ts';
import type { Listening } from '../serve.ts';
import { imapServer } from './imap/imap.ts';
import { popServer } from './pop/pop.ts';
import { listenForSubmission } from './smtp/smtp.ts';
import { listenWithTls, type MailListenOptions } from './tls-listener.ts';

const servers = [
  ['smtp', 'smtp://localhost', listenForSubmission],
  ['imap', 'imaps://localhost', (cloud, options) => listenWithTls(imapServer(cloud), options)],
  ['pop', 'pop3s://localhost', (cloud, options) => listenWithTls(popServer(cloud), options)],
] as const satisfies [string, string, (cloud: CloudContext, options: MailListenOptions) => Promise<Listening>][];

/** Starts all three and notes where they answer. None is left running when one cannot start. */
export async function startMailServers(
  cloud: CloudContext,
  { tls, ports }: ListenOptions,
): Promise<{ stop(): Promise<void> }> {
  const listening: Listening[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(listening.map((one) => one.stop()));
  };
  try {
    for (const [service, origin, listen] of servers) {
      const isDown = () => refusesConnection(cloud, service);
      const one = await listen(cloud, { service, port: ports[service] ?? 0, tls, isDown });
      listening.push(one);
      cloud.urls[service] = `${origin}:${one.port}`;
    }
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
