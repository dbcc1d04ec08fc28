/** What every command of `tenantpost` is, and how it refuses what it cannot work with. */

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints; its first line is the form of the command. */
  readonly usage: string;
  /**
   * @param argv what follows the command's name, without `--help`.
   * @returns the exit code.
   * @throws UsageError, CannotAskError, or what `parseArgs` throws for an option that it does not know.
   */
  run(argv: string[]): Promise<number>;
}

/** The same in every command. What else a command ends with stands in its usage. */
export const exitCodes = { done: 0, couldNotAsk: 1, wrongUsage: 2 } as const;

/** The command was not given what it needs, or something that it does not know. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The app could not be asked, or gave no answer that can be used. The message says what to do. */
export class CannotAskError extends Error {
  override readonly name = 'CannotAskError';
}
