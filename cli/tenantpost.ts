/** `tenantpost <command>`: what an operator asks of a running installation, over the same HTTP API that anybody may use. */

import { type Command, CannotAskError, exitCodes, UsageError } from './command.ts';
import { credential } from './credential.ts';

const commands: Readonly<Record<string, Command>> = { credential };

const list = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`);
const usage = `npm run -s tenantpost -- <command> [options]

${list.join('\n')}

Each command takes --help. Exit codes of every command: 1 the app could not be asked, 2 wrong usage.`;

process.exitCode = await run(process.argv.slice(2));

async function run([name, ...argv]: string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') return say(usage);
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(name === undefined ? 'Which command?' : `There is no command "${name}".`);
    console.error(usage);
    return exitCodes.wrongUsage;
  }
  if (argv.includes('--help') || argv.includes('-h')) return say(command.usage);
  try {
    return await command.run(argv);
  } catch (error) {
    if (error instanceof CannotAskError) {
      console.error(error.message);
      return exitCodes.couldNotAsk;
    }
    if (!isWrongUsage(error)) throw error;
    console.error(error.message);
    console.error(`usage: ${command.usage.split('\n')[0]}`);
    return exitCodes.wrongUsage;
  }
}

function say(text: string): number {
  console.log(text);
  return exitCodes.done;
}

/** Ours, or that of `parseArgs` (https://nodejs.org/api/errors.html: ERR_PARSE_ARGS_...). */
function isWrongUsage(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
