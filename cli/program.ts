/** The parser of the command line: yargs, with every command registered, and nothing run. */

import yargs from 'yargs';
import type { Chosen, CommonArguments } from './command.ts';
import { commands } from './commands/index.ts';
import { exitCodeMeanings } from './exit-codes.ts';
import { UsageError } from './failure.ts';

const epilogue = `Exit codes, the same in every command:
${exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`).join('\n')}

Where the app is, and the key for it, may stand in TPCLI_URL and TPCLI_KEY. From a clone: npm run -s tenantpost -- <command>; after npm link: tenantpost <command>. More in docs/cli.md.`;

interface Parsed {
  /** Nothing where help or completions were printed. */
  readonly chosen: Chosen | undefined;
  readonly common: CommonArguments;
}

/** @throws UsageError that ends in how to get help. */
export async function parse(argv: readonly string[]): Promise<Parsed> {
  if (argv.some((one) => /^--?(?:client-?)?(?:secret|password|token)(?:=|$)/i.test(one))) {
    throw wrong(
      'A secret is never an argument: other users of a machine can read those. Use a variable or a file.',
      argv[0],
    );
  }
  let parsed: Parsed = { chosen: undefined, common: { json: false, color: true } };
  const program = yargs([...argv])
    .scriptName('tenantpost')
    .locale('en')
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .usage(
      '$0 <command> [options]\n\nSends Microsoft 365 mail from tenants that consented, and tells what becomes of it.',
    )
    .parserConfiguration({
      // Ids and keys are no numbers, and `--set a.b` would be no text.
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'greedy-arrays': false,
    })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON document on stdout, messages on stderr' })
    .option('color', {
      type: 'boolean',
      default: true,
      describe: 'Colours, on a terminal only; --no-color or the variable NO_COLOR turns them off',
    })
    .help('help', 'Show how it is used')
    .alias('help', 'h')
    .version(false)
    .strict()
    .recommendCommands()
    .demandCommand(1, 1, 'Which command?', 'One command at a time.')
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error instanceof UsageError ? error : wrong(message ?? error?.message ?? 'That is not understood', argv[0]);
    });
  for (const one of commands) {
    one.register(program, (chosen, { json, color }) => {
      parsed = { chosen, common: { json, color } };
    });
  }
  program.epilogue(epilogue);
  await program.parseAsync();
  return parsed;
}

function wrong(message: string, name: string | undefined): UsageError {
  const known = commands.some((one) => one.name === name);
  const hint = `Try: tenantpost ${known ? `${name} ` : ''}--help`;
  return new UsageError(`${/[.?!]$/.test(message) ? message : `${message}.`}\n${hint}`);
}
