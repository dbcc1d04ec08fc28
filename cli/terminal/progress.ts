/** What is under way, on stderr: a line that changes and goes on a terminal, and for a log only what takes its time. */

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** In milliseconds. A log, or the mail that cron makes of it, is to stay empty when all goes quickly. */
const worthTelling = 2_000;

export class Progress {
  readonly #stream: Stream;
  #shown = '';
  #later: NodeJS.Timeout | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (text === this.#shown) return;
    this.#shown = text;
    if (this.#stream.isTTY !== true) {
      clearTimeout(this.#later);
      this.#later = setTimeout(() => this.#stream.write(`${text}\n`), worthTelling).unref();
      return;
    }
    // A line that wraps could not be taken back.
    const room = (this.#stream.columns ?? 80) - 1;
    this.#stream.write(`\r\x1b[K${text.length > room ? `${text.slice(0, room - 1)}…` : text}`);
  }

  end(): void {
    clearTimeout(this.#later);
    if (this.#shown !== '' && this.#stream.isTTY === true) this.#stream.write('\r\x1b[K');
    this.#shown = '';
  }
}
