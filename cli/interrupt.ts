/** Ctrl-C: the first asks the command to stop where nothing is half done, the second ends it where it is. */

import { exitCodes } from './exit-codes.ts';

/** @returns comes with the exit code as its reason. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const listen = (name: 'SIGINT' | 'SIGTERM', exitCode: number): void => {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(exitCode);
    });
  };
  listen('SIGINT', exitCodes.interrupted);
  listen('SIGTERM', exitCodes.terminated);
  return controller.signal;
}
