/** What every command of `tenantpost` is. */

import type { ArgumentsCamelCase, Argv } from 'yargs';
import { UsageError } from './failure.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Before the command's own. */
export interface CommonArguments {
  readonly json: boolean;
  readonly color: boolean;
}

interface Description<Options> {
  /** Name and positional arguments, in the words of yargs: `status [tenant] [id]`. */
  readonly form: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What there is to know beyond the summary. */
  readonly about?: string;
  /** What may be typed, without `tenantpost`, and what that does. */
  readonly examples: readonly (readonly [typed: string, does: string])[];
  /** The options that may be given several times. */
  readonly several?: readonly string[];
  /** What exit codes mean in this command, beyond what they mean everywhere. */
  readonly endsWith?: string;
  options(yargs: Argv<CommonArguments>): Argv<Options>;
  /** @returns the exit code. @throws CommandError, or the reason of the terminal's signal. */
  run(given: ArgumentsCamelCase<Options>, terminal: Terminal): Promise<number>;
}

const everywhere = 'tenantpost --help has the exit codes of all commands.';

/** A command that has been chosen and was given arguments that it takes. */
export type Chosen = (terminal: Terminal) => Promise<number>;

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly (readonly [typed: string, does: string])[];
  register(yargs: Argv<CommonArguments>, choose: (chosen: Chosen, common: CommonArguments) => void): void;
}

export function command<Options extends CommonArguments>(description: Description<Options>): Command {
  const { form, summary, about, examples, several = [], endsWith, options, run } = description;
  return {
    name: form.split(' ')[0] ?? form,
    summary,
    examples,
    register(yargs, choose) {
      yargs.command<Options>(
        form,
        summary,
        (own) => {
          const described = own
            .usage([`$0 ${form}`, summary, ...(about === undefined ? [] : [about])].join('\n\n'))
            .example(examples.map(([typed, does]) => [`$0 ${typed}`, does]));
          return options(described.epilogue([...(endsWith === undefined ? [] : [endsWith]), everywhere].join(' ')));
        },
        (given) => {
          refuseTwice(given, several);
          choose((terminal) => run(given, terminal), given);
        },
      );
    },
  };
}

/** The parser makes a list of what is given twice. Which of the two was meant nobody knows. */
function refuseTwice(given: object, several: readonly string[]): void {
  const twice = Object.entries(given).find(
    ([name, value]) =>
      name.length > 1 && Array.isArray(value) && name === name.toLowerCase() && !several.includes(name),
  );
  if (twice !== undefined) throw new UsageError(`--${twice[0]} is given twice.`);
}
