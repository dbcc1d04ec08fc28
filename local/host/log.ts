/** The host's log: one readable line per event, `<time> <level> [<source>] <message>`, never with colours. */

import { stripVTControlCharacters } from 'node:util';

/** The worker's own names of the levels, which are those of host.json's `logging.logLevel` in lower case. */
export const logLevels = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;
export type LogLevel = (typeof logLevels)[number];

const labels: Record<LogLevel, string> = {
  trace: 'trace',
  debug: 'debug',
  information: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  none: '',
};

/** What a part of the host writes to: its source and category are fixed. */
export interface Logger {
  write(level: LogLevel, message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}

export class Log {
  readonly #thresholds: Readonly<Record<string, LogLevel>>;
  readonly #emit: (line: string) => void;

  /**
   * @param thresholds least level by category prefix; the longest prefix wins, `default` covers the rest
   *   (https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-log-levels).
   */
  constructor(thresholds: Readonly<Record<string, LogLevel>>, emit: (line: string) => void) {
    this.#thresholds = thresholds;
    this.#emit = emit;
  }

  /** @param category the real host's: `Host.*`, `Function.<name>`, `Function.<name>.User`. */
  logger(source: string, category: string): Logger {
    const threshold = logLevels.indexOf(this.#thresholdOf(category));
    const write = (level: LogLevel, message: string): void => {
      if (level === 'none' || logLevels.indexOf(level) < threshold) return;
      this.#emit(formatLine(new Date(), level, source, message));
    };
    return {
      write,
      debug: (message) => write('debug', message),
      info: (message) => write('information', message),
      warn: (message) => write('warning', message),
      error: (message, cause) => write('error', cause === undefined ? message : `${message}\n${describeError(cause)}`),
    };
  }

  #thresholdOf(category: string): LogLevel {
    const prefixes = Object.keys(this.#thresholds).filter((key) => `${category}.`.startsWith(`${key}.`));
    const longest = prefixes.sort((a, b) => b.length - a.length)[0] ?? 'default';
    return this.#thresholds[longest] ?? 'information';
  }
}

/** Further lines of a message are indented: what an application logs cannot pass for an event of its own. */
export function formatLine(at: Date, level: LogLevel, source: string, message: string): string {
  const [first = '', ...rest] = stripVTControlCharacters(message).split(/\r\n|[\r\n\u2028\u2029]/);
  const head = `${at.toISOString()} ${labels[level].padEnd(5)} [${source}] ${first}`.trimEnd();
  return [head, ...rest.map((line) => `    ${line}`.trimEnd())].join('\n');
}

/** Message and stack, as the worker hands them to the host; further properties may hold anything and stay out. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\ncaused by: ${describeError(error.cause)}`;
}
