/** What a cmdlet is to the interpreter: a name, typed parameters, and what it does. */

import { z } from 'zod';
import type { ExchangeSession } from '../session.ts';
import { flag } from './parameter-types.ts';
import { CmdletError } from './script-error.ts';
import type { Value } from './value.ts';

export interface Cmdlet extends Required<CmdletOptions> {
  name: string;
  parameters: ParameterInfo[];
  /** @throws CmdletError */
  run(session: ExchangeSession, given: Record<string, Value>, input: Value[]): Value[];
}

export interface ParameterInfo {
  name: string;
  isRequired: boolean;
  /** True without a value; takes one behind a colon only. */
  isSwitch: boolean;
}

interface CmdletOptions {
  /** Parameters that may be given without their names, in order. */
  positional?: string[];
  aliases?: string[];
  /** Takes what comes down the pipeline; only such may stand behind a `|`. */
  takesInput?: boolean;
  /** `Connect-ExchangeOnline` and what is PowerShell's own: all others exist in a connected session only. */
  needsNoConnection?: boolean;
}

/** @param shape the parameters by name, each of one of the types of parameter-types.ts. */
export function cmdlet<Shape extends z.ZodRawShape>(
  name: string,
  shape: Shape,
  run: (session: ExchangeSession, given: z.output<z.ZodObject<Shape>>, input: Value[]) => Value[],
  { positional = [], aliases = [], takesInput = false, needsNoConnection = false }: CmdletOptions = {},
): Cmdlet {
  const schema = z.object(shape);
  const parameters = Object.entries(shape).map(([parameter, type]) => ({
    name: parameter,
    isRequired: !z.safeParse(type, undefined).success,
    isSwitch: type === flag,
  }));
  return {
    name,
    parameters,
    positional,
    aliases,
    takesInput,
    needsNoConnection,
    run(session, given, input) {
      const read = schema.safeParse(given);
      if (read.success) return run(session, read.data, input);
      const [issue] = read.error.issues;
      throw new CmdletError(
        `Cannot process argument transformation on parameter '${String(issue?.path[0])}'. ${issue?.message}`,
      );
    },
  };
}
