/** What the commands end with: the same numbers in every one of them, so that a script has to learn them once. */

export const exitCodes = {
  done: 0,
  couldNotAsk: 1,
  wrongUsage: 2,
  badNews: 3,
  notAllWell: 4,
  mayHaveLeft: 5,
  interrupted: 130,
  terminated: 143,
} as const;

/** For `--help`; docs/cli.md has the same table. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.done, 'done, and all is well'],
  [exitCodes.couldNotAsk, 'could not ask: no answer, no key, or one that cannot be used'],
  [exitCodes.wrongUsage, 'wrong usage: the arguments, or a value that was refused'],
  [exitCodes.badNews, 'the answer is bad news: refused, failed, not allowed'],
  [exitCodes.notAllWell, 'not over yet, or a warning'],
  [exitCodes.mayHaveLeft, 'nobody can tell whether a mail left: do not send it again blindly'],
  [exitCodes.interrupted, 'stopped by Ctrl-C (143: by SIGTERM)'],
];
