/**
 * The least that a program can do which keeps the app's promise that a mail leaves once or somebody can say why not: get the
 * message, insert the row that claims the job, send, write the outcome, delete the message. Five requests by plain HTTP, and
 * nothing of an SDK. Without its two rows it is the least that sends at all.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RandomizedBackoff } from '../../../local/host/randomized-backoff.ts';
import { type Answer, PlainHttp } from './plain-http.ts';
import type { Kept, LeastSetUp } from './send-messages.ts';

const job = z.object({
  id: z.string(),
  tenant: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
});

interface Message {
  readonly id: string;
  readonly receipt: string;
  readonly text: string;
}

/** As the Functions host: what it hides a message for, and how soon it looks again at a queue that has nothing. */
const hiddenSeconds = 600;
const leastPause = 100;
const mostPause = 100;

const version = { 'x-ms-version': '2019-02-02' };
const row = { ...version, accept: 'application/json;odata=nometadata', 'content-type': 'application/json' };

export class LeastProgram {
  readonly #with: LeastSetUp;
  readonly #queue: PlainHttp;
  readonly #table: PlainHttp;
  readonly #graph: PlainHttp;
  readonly #messages: string;
  readonly #rows: string;

  constructor(setUp: LeastSetUp) {
    this.#with = setUp;
    const [queue, table] = [new URL(setUp.queueUrl), new URL(setUp.tableUrl)];
    this.#queue = new PlainHttp(queue);
    this.#table = new PlainHttp(table);
    this.#graph = new PlainHttp(new URL(setUp.graphUrl));
    this.#messages = `${queue.pathname}/messages`;
    this.#rows = table.pathname;
  }

  /** With as many messages at a time as the Functions host by host.json: QueueListener of local/host. */
  async run(kept: Kept, messages: number): Promise<void> {
    const { batchSize, newBatchThreshold } = this.#with;
    const underWay = new Set<Promise<void>>();
    const backoff = new RandomizedBackoff(leastPause, mostPause);
    let begun = 0;
    while (begun < messages) {
      const batch = await this.#get(batchSize);
      begun += batch.length;
      for (const message of batch) {
        const work = this.#handle(message, kept).finally(() => underWay.delete(work));
        underWay.add(work);
      }
      if (batch.length === 0) await sleep(backoff.next());
      else backoff.reset();
      while (underWay.size > newBatchThreshold) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  async #get(most: number): Promise<Message[]> {
    const query = `numofmessages=${most}&visibilitytimeout=${hiddenSeconds}&${this.#with.signature}`;
    const { text } = expect(200, await this.#queue.request('GET', `${this.#messages}?${query}`, version));
    return [...text.matchAll(/<QueueMessage>(.*?)<\/QueueMessage>/gs)].map(([, message = '']) => ({
      id: element(message, 'MessageId'),
      receipt: element(message, 'PopReceipt'),
      text: element(message, 'MessageText'),
    }));
  }

  async #handle({ id: messageId, receipt, text }: Message, kept: Kept): Promise<void> {
    const { tenant, id, ...mail } = job.parse(JSON.parse(text));
    const claim = kept === 'claims' ? await this.#claim(tenant, id) : undefined;
    await this.#send(tenant, mail);
    if (claim !== undefined) await this.#end(tenant, id, claim);
    const path = `${this.#messages}/${messageId}?popreceipt=${encodeURIComponent(receipt)}&${this.#with.signature}`;
    expect(204, await this.#queue.request('DELETE', path, version));
  }

  async #claim(tenant: string, id: string): Promise<string> {
    const entity = JSON.stringify({ PartitionKey: tenant, RowKey: id, state: 'sending', at: Date.now() });
    const headers = { ...row, prefer: 'return-no-content' };
    const path = `${this.#rows}?${this.#with.signature}`;
    const { headers: written } = expect(204, await this.#table.request('POST', path, headers, entity));
    return written.etag ?? '';
  }

  async #send(tenant: string, { from, to, subject, text }: Omit<z.infer<typeof job>, 'tenant' | 'id'>): Promise<void> {
    const toRecipients = to.map((address) => ({ emailAddress: { address } }));
    const message = { subject, body: { contentType: 'text', content: text }, toRecipients };
    const headers = {
      authorization: `Bearer ${this.#with.tokens[tenant] ?? ''}`,
      'content-type': 'application/json',
    };
    const path = `/v1.0/users/${encodeURIComponent(from)}/sendMail`;
    const body = JSON.stringify({ message, saveToSentItems: true });
    expect(202, await this.#graph.request('POST', path, headers, body));
  }

  async #end(tenant: string, id: string, etag: string): Promise<void> {
    const entity = JSON.stringify({ PartitionKey: tenant, RowKey: id, state: 'sent', at: Date.now() });
    const path = `${this.#rows}(PartitionKey='${tenant}',RowKey='${id}')?${this.#with.signature}`;
    expect(204, await this.#table.request('PUT', path, { ...row, 'if-match': etag }, entity));
  }
}

function expect(status: number, answer: Answer): Answer {
  if (answer.status === status) return answer;
  throw new Error(`Expected ${status} and got ${answer.status}: ${answer.text.slice(0, 300)}`);
}

function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '';
  return text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
