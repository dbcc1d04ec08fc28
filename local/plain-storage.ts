/**
 * The storage of a local cloud by plain http as well, as Azurite has it everywhere else. The real Functions host is .NET: it
 * does not read NODE_EXTRA_CA_CERTS, and would not trust the certificate of the cloud's own front.
 */

import { Agent } from 'node:https';
import { connectionStringOf, storageServices } from './azurite.ts';
import type { CloudContext } from './cloud/cloud.ts';
import { type Listening, serve } from './cloud/serve.ts';
import { forwardTo } from './cloud/storage/forward.ts';

/** How many ports in a row it takes: blob, queue and table. */
export const plainPortCount = storageServices.length;

export interface PlainStorage {
  /** With the account's key, which is Azurite's and public. */
  readonly connectionString: string;
  stop(): Promise<void>;
}

/**
 * Passes everything on to the cloud's front, whose faults, journal and refusals it therefore has.
 *
 * @param firstPort 0 takes free ones.
 * @throws when a port is taken; nothing is left running then.
 */
export async function servePlainStorage(
  { urls, ca }: Pick<CloudContext, 'urls'> & { readonly ca: string },
  firstPort: number,
): Promise<PlainStorage> {
  const agent = new Agent({ keepAlive: true, ca });
  const started: Listening[] = [];
  const stop = async (): Promise<void> => {
    for (const one of started.splice(0)) await one.stop();
    agent.destroy();
  };
  const plain = { blob: '', queue: '', table: '' };
  try {
    for (const [place, name] of storageServices.entries()) {
      const front = new URL(urls[name]);
      const forward = forwardTo(front, agent);
      const port = firstPort === 0 ? 0 : firstPort + place;
      const listening = await serve(`${name} by plain http`, (_, { incoming }) => forward(incoming), { port });
      started.push(listening);
      plain[name] = `http://127.0.0.1:${listening.port}${front.pathname}`;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { connectionString: connectionStringOf(plain), stop };
}
