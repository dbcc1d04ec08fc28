/** Talks to a server over a plain socket, a command and its whole answer at a time. */

import type { Socket } from 'node:net';

export interface Dialog {
  /** Sends a line and waits for the whole answer. */
  command(line: string): Promise<string>;
  /** Sends as it is. */
  send(text: string | Buffer): void;
  /** Waits until what has arrived since the last answer matches, and takes it. */
  expect(end: RegExp): Promise<string>;
  /** How the connection ended: once it does, which is soon. */
  readonly ended: Promise<'closed' | 'reset'>;
  readonly socket: Socket;
  close(): void;
}

const PATIENCE = 5000;

async function within<Result>(result: Promise<Result>, otherwise: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(otherwise)), PATIENCE)));
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}

/** Looks until it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + PATIENCE; !isSo();) {
    if (Date.now() > deadline) throw new Error(`It never came to ${isSo}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const open = new Set<Socket>();

/** A test that failed may have left some open. */
export function closeDialogs(): void {
  for (const socket of open) socket.destroy();
}

/** @param isWhole where an answer ends. */
export function dialog(socket: Socket, isWhole: (line: string) => RegExp): Dialog {
  open.add(socket);
  let arrived = '';
  let isReset = false;
  let wake = (): void => {};
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    arrived += chunk;
    wake();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => (isReset ||= error.code === 'ECONNRESET'));
  const ended = new Promise<'closed' | 'reset'>((resolve) => {
    socket.on('close', () => {
      open.delete(socket);
      wake();
      resolve(isReset ? 'reset' : 'closed');
    });
  });
  const expect = async (end: RegExp): Promise<string> => {
    const deadline = setTimeout(() => socket.destroy(new Error(`No answer like ${end}.`)), PATIENCE);
    try {
      for (;;) {
        const found = end.exec(arrived);
        if (found !== null) {
          const answer = arrived.slice(0, found.index + found[0].length);
          arrived = arrived.slice(answer.length);
          return answer;
        }
        if (socket.destroyed) throw new Error(`The connection ended; ${JSON.stringify(arrived)} is not like ${end}.`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  };
  return {
    async command(line) {
      socket.write(`${line}\r\n`);
      return (await expect(isWhole(line))).trimEnd();
    },
    send: (text) => void socket.write(text),
    expect,
    get ended() {
      return within(ended, 'The connection has not ended.');
    },
    socket,
    close: () => void socket.destroy(),
  };
}
