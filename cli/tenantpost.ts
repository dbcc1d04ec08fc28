/** `tenantpost <command>`: what operators ask of a running installation, and of Microsoft itself where there is none. */

import { exitCodes } from './exit-codes.ts';
import { CommandError } from './failure.ts';
import { interruptSignal } from './interrupt.ts';
import { parse } from './program.ts';
import { Terminal } from './terminal/terminal.ts';

const signal = interruptSignal();
// By hand, for what is wrong about the arguments themselves.
const argv = process.argv.slice(2);
let terminal = new Terminal({ json: argv.includes('--json'), color: !argv.includes('--no-color'), signal });

process.exitCode = await run();
// A request that was given up on would keep the process until it ends by itself.
if (signal.aborted) process.stdout.write('', () => process.exit());

async function run(): Promise<number> {
  try {
    const { chosen, common } = await parse(argv);
    if (chosen === undefined) return exitCodes.done;
    terminal = new Terminal({ ...common, signal });
    return await chosen(terminal);
  } catch (error) {
    // What came of the work all the same is told: of a mail under way, that nobody knows whether it left.
    if (error instanceof CommandError) {
      terminal.failure(error);
      return error.exitCode;
    }
    if (signal.aborted) return terminal.stopped(signal.reason);
    throw error;
  }
}
