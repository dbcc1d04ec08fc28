/** How a command refuses, or reports that it was refused: what to print, and what to end with. */

import { exitCodes } from './exit-codes.ts';

/** What a person or a program needs to know of it. Spelt as in the app's problem details (RFC 9457). */
export interface Problem {
  readonly message: string;
  readonly code?: string | undefined;
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly remedy?: string | undefined;
  readonly owner?: string | undefined;
}

export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: number;
  readonly problem: Problem;

  constructor(exitCode: number, problem: Problem | string, options?: ErrorOptions) {
    const told = typeof problem === 'string' ? { message: problem } : problem;
    super(told.message, options);
    this.exitCode = exitCode;
    this.problem = told;
  }
}

/** The command was not given what it needs, or something that it does not know. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';

  constructor(problem: Problem | string, options?: ErrorOptions) {
    super(exitCodes.wrongUsage, problem, options);
  }
}

/** Nobody could be asked, or gave an answer that can be used. The message says what to do. */
export class CannotAskError extends CommandError {
  override readonly name = 'CannotAskError';

  constructor(problem: Problem | string, options?: ErrorOptions) {
    super(exitCodes.couldNotAsk, problem, options);
  }
}

/** It was asked, and the answer is no. */
export class BadNewsError extends CommandError {
  override readonly name = 'BadNewsError';

  constructor(problem: Problem | string, options?: ErrorOptions) {
    super(exitCodes.badNews, problem, options);
  }
}
