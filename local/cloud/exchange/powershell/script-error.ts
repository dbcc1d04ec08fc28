/** What is wrong with a script, and where: nothing of a script that cannot be read is run. */

/** Both count from 1. */
export interface Position {
  line: number;
  column: number;
}

export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly at: Position;

  constructor(message: string, at: Position) {
    super(message);
    this.at = at;
  }
}

/** What a cmdlet refuses. `-ErrorAction` decides whether the script goes on. */
export class CmdletError extends Error {
  override readonly name = 'CmdletError';
}
