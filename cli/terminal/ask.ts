/** Asks somebody at the terminal. */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** @returns what was typed; nothing where nobody is at a terminal, or nothing was typed. @throws the reason of the signal. */
export const ask = (question: string, signal: AbortSignal): Promise<string | undefined> =>
  answerTo(question, process.stderr, signal);

/** The same for what must not be seen there. */
export const askHidden = (question: string, signal: AbortSignal): Promise<string | undefined> =>
  // readline turns the echo of the terminal off, and writes what is typed itself: into nothing.
  answerTo(question, new Writable({ write: (_part, _encoding, done) => done() }), signal);

async function answerTo(question: string, output: NodeJS.WritableStream, signal: AbortSignal) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const answer = Promise.withResolvers<string | undefined>();
  const stop = (): void => answer.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  // In raw mode Ctrl-C is a key like any other.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  lines.once('close', () => answer.resolve(undefined));
  lines.question(question, (line) => answer.resolve(line === '' ? undefined : line));
  if (output !== process.stderr) process.stderr.write(question);
  try {
    return await answer.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
    if (output !== process.stderr) process.stderr.write('\n');
  }
}
