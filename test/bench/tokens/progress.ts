/** Where a long measurement has got to, on one line of the terminal that is written anew; in a log, a line now and then. */

const logEvery = 5000;

export interface Progress {
  say(line: string): void;
  end(): void;
}

export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (stream.isTTY) {
    return { say: (line) => stream.write(`\r\x1b[K${line}`), end: () => stream.write('\r\x1b[K') };
  }
  let saidAt = -Infinity;
  return {
    say(line) {
      if (performance.now() - saidAt < logEvery) return;
      saidAt = performance.now();
      stream.write(`${line}\n`);
    },
    end: () => undefined,
  };
}
