/** The least of a POP3 client: one command at a time with a one-line answer, which is all that the load asks. */

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';

export interface PopClient {
  /** @throws Error for an answer that is not `+OK` or `+`. */
  command(line: string): Promise<string>;
  end(): void;
}

export async function connectPop(port: number, ca: string, user: string, accessToken: string): Promise<PopClient> {
  const socket = connect({ host: 'localhost', port, ca });
  await once(socket, 'secureConnect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const line = String((await lines.next()).value);
    if (!line.startsWith('+')) throw new Error(`POP3 answered ${line}`);
    return line;
  };
  const command = (line: string): Promise<string> => {
    socket.write(`${line}\r\n`);
    return answer();
  };
  await answer();
  await command('AUTH XOAUTH2');
  await command(Buffer.from(`user=${user}\x01auth=Bearer ${accessToken}\x01\x01`).toString('base64'));
  return { command, end: () => socket.destroy() };
}
