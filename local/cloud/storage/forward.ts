/** Passes requests on to Azurite as they are, over connections that are kept, and its answers back as they come. */

import type { Agent, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';

/**
 * Passes a request on and answers with what came back. Fails where nothing did, or where the client went away.
 *
 * @param content of the request, where it was read before.
 */
export type Forward = (incoming: IncomingMessage, content?: Buffer) => Promise<Response>;

/** What belongs to a connection and not to what is sent over it: RFC 9110 section 7.6.1. */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade']);
const ofAnswer = new Set([...ofConnection, 'transfer-encoding']);
/**
 * This server has answered `100-continue` already. How a body is framed is passed on: without a length and without chunks
 * the body of a GET or DELETE would be read as the next request, and Azurite believes every token.
 */
const ofRequest = new Set([...ofConnection, 'expect']);

/** @param agent keeps the connections, and trusts the certificate of the other end. */
export function forwardTo(origin: URL, agent: Agent): Forward {
  return (incoming, content) =>
    new Promise((resolve, reject) => {
      const onward = httpsRequest({
        host: origin.hostname,
        port: origin.port,
        agent,
        method: incoming.method,
        // As it was written: a signature covers the path with its percent signs, and the headers, the host's not among them.
        path: incoming.url,
        headers: without(incoming.rawHeaders, ofRequest),
      });
      onward.once('response', (answer) => resolve(responseOf(answer, incoming.method)));
      onward.once('error', reject);
      // A client that goes away, maybe before this began, must not leave half a request waiting.
      if (isBrokenOff(incoming)) onward.destroy();
      incoming.once('close', () => isBrokenOff(incoming) && onward.destroy());
      if (content === undefined) incoming.pipe(onward);
      else onward.end(content);
    });
}

/** Whether its client went away before its body was read to the end. */
export const isBrokenOff = ({ destroyed, readableEnded }: IncomingMessage): boolean => destroyed && !readableEnded;

function without(rawHeaders: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let place = 0; place < rawHeaders.length; place += 2) {
    const [name = '', value = ''] = rawHeaders.slice(place, place + 2);
    if (!names.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

function responseOf(answer: IncomingMessage, method: string | undefined): Response {
  const { statusCode: status = 500 } = answer;
  const headers = new Headers();
  const raw = without(answer.rawHeaders, ofAnswer);
  for (let place = 0; place < raw.length; place += 2) headers.append(raw[place] ?? '', raw[place + 1] ?? '');
  const isEmpty = status === 204 || status === 304 || answer.headers['content-length'] === '0';
  if (method === 'HEAD' || isEmpty) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer), { status, headers });
}
