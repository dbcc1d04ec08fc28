/** A proxy on the way to a server: the server does what it is asked, and on demand the client never hears of it. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';

export interface LossyProxy {
  /** Origin, without a slash at the end. */
  readonly url: string;
  /** Method and status of every request that reached the server, in order. */
  readonly passed: readonly string[];
  /**
   * The answer to the next request of a method is thrown away, and the connection cut in its place.
   *
   * @param meanwhile what happens between the two.
   */
  loseAnswerTo(method: string, meanwhile?: () => Promise<void>): void;
  stop(): Promise<void>;
}

/** @param target origin of the server, plain http. */
export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const passed: string[] = [];
  const losing: { method: string; meanwhile: () => Promise<void> }[] = [];

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const onward = request(new URL(url, target), { method, headers, agent: false });
    onward.end(await buffer(incoming));
    const [answer] = await once(onward, 'response').then(([one]: IncomingMessage[]) =>
      one === undefined ? [] : [one],
    );
    if (answer === undefined) throw new Error('The server gave no answer.');
    const body = await buffer(answer);
    passed.push(`${method} ${answer.statusCode}`);
    const at = losing.findIndex((one) => one.method === method);
    if (at >= 0) {
      const [lost] = losing.splice(at, 1);
      await lost?.meanwhile();
      incoming.socket.resetAndDestroy();
    } else {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
    }
  }

  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    passed,
    loseAnswerTo: (method, meanwhile = () => Promise.resolve()) => void losing.push({ method, meanwhile }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
