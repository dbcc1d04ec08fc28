/** One client's connection to a server that speaks in lines: reads within limits, writes, ends or resets. */

import { once } from 'node:events';
import type { Socket } from 'node:net';

export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

/** Arrived and not yet asked for. Beyond it nothing is read from the socket, so that a client cannot fill the memory. */
const MOST_BYTES_WAITING = 64 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export class LineConnection {
  readonly #socket: Socket;
  readonly #resetSocket: () => void;
  #waiting = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};
  #whenSilent: NodeJS.Timeout | undefined;
  readonly closed: Promise<void>;

  /** @param reset resets the TCP connection under TLS, which the TLS socket cannot. */
  constructor(socket: Socket, reset: () => void) {
    this.#socket = socket;
    this.#resetSocket = reset;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => {
      this.#waiting = Buffer.concat([this.#waiting, chunk]);
      if (this.#waiting.length > MOST_BYTES_WAITING) socket.pause();
      this.#whenSilent?.refresh();
      this.#wake();
    });
    for (const event of ['end', 'error', 'close']) {
      socket.on(event, () => {
        this.#ended = true;
        clearTimeout(this.#whenSilent);
        this.#wake();
      });
    }
  }

  /** The next line without its end, or nothing when there is none any more. @throws LineTooLongError */
  async readLine(limit: number): Promise<Buffer | undefined> {
    for (let searched = 0; ; await this.#more()) {
      const end = this.#waiting.indexOf(LINE_FEED, searched);
      if (end > limit || (end < 0 && this.#waiting.length > limit)) throw new LineTooLongError();
      if (end >= 0) {
        const line = this.#take(end + 1).subarray(0, end);
        return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
      }
      if (this.#ended) return undefined;
      searched = this.#waiting.length;
    }
  }

  /** So many bytes, or nothing when the connection ends before. */
  async readBytes(count: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for await (const part of this.#bytes(count)) parts.push(part);
    const bytes = Buffer.concat(parts);
    return bytes.length === count ? bytes : undefined;
  }

  /** Reads so many bytes to nowhere, so that a client that cannot be stopped comes to the answer. */
  async discardBytes(count: number): Promise<void> {
    for await (const part of this.#bytes(count)) void part;
  }

  async *#bytes(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.#waiting.length === 0) {
        if (this.#ended) return;
        await this.#more();
        continue;
      }
      const part = this.#take(Math.min(left, this.#waiting.length));
      left -= part.length;
      yield part;
    }
  }

  /** Whether something has arrived that nobody has read. */
  get hasInput(): boolean {
    return this.#waiting.length > 0 || this.#ended;
  }

  /** Waits for input, the end of the connection, or so many milliseconds. */
  async waitForInput(milliseconds: number): Promise<void> {
    if (this.hasInput) return;
    const timer = setTimeout(() => this.#wake(), milliseconds);
    await this.#more();
    clearTimeout(timer);
  }

  /** Waits until the client has read enough of it. Nothing happens when it has gone. */
  async write(data: string | Uint8Array): Promise<void> {
    if (!this.#socket.writable || this.#socket.write(data)) return;
    await Promise.race([once(this.#socket, 'drain').catch(() => {}), this.closed]);
  }

  /** Calls back when nothing has arrived for so long; the former call is forgotten. */
  whenSilentFor(milliseconds: number, then: () => void): void {
    clearTimeout(this.#whenSilent);
    if (!this.#ended) this.#whenSilent = setTimeout(then, milliseconds).unref();
  }

  /** An orderly end, after what was written. A client that does not close its side is not waited for. */
  end(): void {
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 1000).unref();
  }

  reset(): void {
    this.#resetSocket();
  }

  #take(count: number): Buffer {
    const taken = this.#waiting.subarray(0, count);
    this.#waiting = this.#waiting.subarray(count);
    if (this.#waiting.length <= MOST_BYTES_WAITING) this.#socket.resume();
    return taken;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}
