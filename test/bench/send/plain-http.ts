/** One origin over connections that are kept, by node:https alone. */

import { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export class PlainHttp {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #host: string;
  readonly #port: string;

  constructor(origin: URL) {
    this.#host = origin.hostname;
    this.#port = origin.port;
  }

  /**
   * A kept connection that its server closed while it was idle ends the next request on it before an answer: that one is
   * made again, once on each such connection (Node's request.reusedSocket). How often mail arrives is counted at the cloud.
   */
  async request(method: string, path: string, headers: OutgoingHttpHeaders, body = ''): Promise<Answer> {
    for (;;) {
      const answer = await this.#once(method, path, headers, body);
      if (answer !== 'closed while idle') return answer;
    }
  }

  #once(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    body: string,
  ): Promise<Answer | 'closed while idle'> {
    return new Promise((resolve, reject) => {
      const options = { host: this.#host, port: this.#port, agent: this.#agent, method, path };
      const length = body === '' && method !== 'POST' ? {} : { 'content-length': Buffer.byteLength(body) };
      const sent = request({ ...options, headers: { ...headers, ...length } }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
        });
      });
      sent.once('error', (error: NodeJS.ErrnoException) => {
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve('closed while idle');
        else reject(error);
      });
      sent.end(body);
    });
  }
}
