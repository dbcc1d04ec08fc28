/**
 * The part of PowerShell in which an administrator's set-up script can be written: parameters, pipelines of known
 * cmdlets, variables, `if`, `foreach`, property access and strings with variables in them. Names of cmdlets and parameters are
 * resolved while reading, so that a script is run wholly understood or not at all.
 */

import type { Cmdlet } from './cmdlet.ts';
import type { Position } from './script-error.ts';
import type { Value } from './value.ts';

export interface Script {
  /** What the script's own `param ( )` names. */
  parameters: ScriptParameter[];
  statements: Statement[];
}

export interface ScriptParameter {
  name: string;
  /** What it is when nobody gives it. */
  value: Pipeline;
}

export type Statement =
  | Pipeline
  | { kind: 'assignment'; variable: string; value: Pipeline }
  | { kind: 'if'; branches: { condition: Pipeline; body: Statement[] }[]; otherwise: Statement[] }
  | { kind: 'foreach'; variable: string; over: Pipeline; body: Statement[] };

export interface Pipeline {
  kind: 'pipeline';
  first: Command | Expression;
  rest: Command[];
}

export interface Command {
  kind: 'command';
  cmdlet: Cmdlet;
  /** By the parameter's own name. */
  given: Map<string, Expression>;
  at: Position;
}

export type Expression =
  | { kind: 'literal'; value: Value }
  | { kind: 'text'; parts: (string | Pipeline)[] }
  | { kind: 'variable'; name: string; at: Position }
  | { kind: 'property'; of: Expression; name: string; at: Position }
  | { kind: 'nested'; pipeline: Pipeline }
  | { kind: 'array'; items: Expression[] }
  | { kind: 'not'; of: Expression }
  | { kind: 'compare'; operator: '-eq' | '-ne' | '-contains'; left: Expression; right: Expression; at: Position }
  | { kind: 'logical'; operator: '-and' | '-or'; left: Expression; right: Expression };
