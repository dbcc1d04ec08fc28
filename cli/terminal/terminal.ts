/**
 * Where a command prints: its result on stdout and nothing else there, whatever is said beside it on stderr. With `--json`
 * stdout has exactly one JSON document, of a failure as well.
 */

import { exitCodes } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { printable, printableJson } from './printable.ts';
import { Progress } from './progress.ts';
import { colourless, type Style, styleFor } from './style.ts';

interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface TerminalOptions {
  readonly json: boolean;
  readonly color: boolean;
  /** Comes when somebody presses Ctrl-C. */
  readonly signal: AbortSignal;
  readonly stdout?: Stream;
  readonly stderr?: Stream;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export class Terminal {
  readonly signal: AbortSignal;
  /** For results. */
  readonly style: Style;
  readonly #json: boolean;
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #asides: Style;
  readonly #progress: Progress;
  #ifStopped: string | undefined;

  constructor(options: TerminalOptions) {
    const { json, color: wanted, signal, stdout = process.stdout, stderr = process.stderr } = options;
    const { environment = process.env } = options;
    this.signal = signal;
    this.#json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.style = json ? colourless : styleFor({ isTerminal: stdout.isTTY === true, wanted, environment });
    this.#asides = styleFor({ isTerminal: stderr.isTTY === true, wanted, environment });
    this.#progress = new Progress(stderr);
  }

  /** @param text for people, in place of the value. */
  result(value: unknown, text: string): void {
    this.#progress.end();
    this.#stdout.write(this.#json ? `${printableJson(value)}\n` : `${printable(text)}\n`);
  }

  /** What goes with a result. */
  note(text: string): void {
    this.#progress.end();
    this.#stderr.write(`${printable(text)}\n`);
  }

  warn(text: string): void {
    this.note(`${this.#asides.warn('Warning:')} ${text}`);
  }

  /** What is under way now: on a terminal one line that changes, elsewhere a line each time that it is another. */
  progress(text: string): void {
    this.#progress.show(printable(text).replaceAll('\n', ' '));
  }

  /** From now on this is what Ctrl-C leaves behind: said when it comes. Nothing, where it leaves nothing. */
  ifStopped(text: string | undefined): void {
    this.#ifStopped = text;
  }

  /** @param reason of the signal. @returns the exit code. */
  stopped(reason: unknown): number {
    const exitCode = typeof reason === 'number' ? reason : exitCodes.interrupted;
    this.failure(
      new CommandError(exitCode, this.#ifStopped === undefined ? 'Stopped.' : `Stopped. ${this.#ifStopped}`),
    );
    return exitCode;
  }

  failure({ exitCode, problem }: CommandError): void {
    const { message, code, field, expected, remedy, owner } = problem;
    this.#progress.end();
    if (this.#json) this.#stdout.write(`${printableJson({ error: { ...problem, exitCode } })}\n`);
    const lines = [
      code === undefined ? message : `${this.#asides.bad(code)}: ${message}`,
      ...(field === undefined ? [] : [`  field     ${field}${expected === undefined ? '' : `: expected ${expected}`}`]),
      ...(remedy === undefined ? [] : [`  remedy    ${remedy}`]),
      ...(owner === undefined ? [] : [`  by whom   the ${owner}`]),
    ];
    this.#stderr.write(`${printable(lines.join('\n'))}\n`);
  }
}
