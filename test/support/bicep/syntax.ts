/** What the parser makes of a Bicep file. */

import type { Place } from './bicep-error.ts';

export type Expression = Place &
  (
    | { kind: 'literal'; value: string | number | boolean | null }
    | { kind: 'interpolation'; parts: readonly (string | Expression)[] }
    | { kind: 'name'; name: string }
    | { kind: 'member'; of: Expression; name: string; safe: boolean }
    | { kind: 'index'; of: Expression; index: Expression; safe: boolean }
    | { kind: 'child'; of: Expression; name: string }
    | { kind: 'call'; of: Expression | undefined; name: string; arguments: readonly Expression[] }
    | { kind: 'unary'; operator: string; operand: Expression }
    | { kind: 'binary'; operator: string; left: Expression; right: Expression }
    | { kind: 'conditional'; condition: Expression; yes: Expression; no: Expression }
    | { kind: 'not-null'; operand: Expression }
    | { kind: 'array'; items: readonly ArrayItem[] }
    | { kind: 'object'; properties: readonly Property[]; resources: readonly ResourceStatement[] }
    | { kind: 'for'; variables: readonly string[]; over: Expression; body: Expression }
    | { kind: 'if'; condition: Expression; body: Expression }
    | { kind: 'lambda'; parameters: readonly string[]; body: Expression }
  );

export interface ArrayItem {
  spread: boolean;
  value: Expression;
}

/** Without a key it is a spread. */
export interface Property {
  key: Expression | undefined;
  value: Expression;
}

export type TypeExpression = Place &
  (
    | { kind: 'named'; name: string }
    | { kind: 'literal'; value: string | number | boolean | null }
    | { kind: 'union'; members: readonly TypeExpression[] }
    | { kind: 'array'; of: TypeExpression }
    | { kind: 'nullable'; of: TypeExpression }
    | { kind: 'object'; properties: readonly TypeProperty[]; additional: TypeExpression | undefined }
  );

export interface TypeProperty {
  name: string;
  type: TypeExpression;
  decorators: readonly Decorator[];
}

export interface Decorator extends Place {
  name: string;
  arguments: readonly Expression[];
}

export interface ResourceStatement extends Place {
  kind: 'resource';
  name: string;
  type: string;
  apiVersion: string;
  existing: boolean;
  value: Expression;
  decorators: readonly Decorator[];
}

export type Statement =
  | ResourceStatement
  | (Place & { decorators: readonly Decorator[] } & (
        | { kind: 'targetScope'; value: Expression }
        | { kind: 'metadata'; name: string; value: Expression }
        | { kind: 'using'; path: string }
        | { kind: 'extension'; name: string }
        | { kind: 'assignment'; name: string; value: Expression }
        | { kind: 'param'; name: string; type: TypeExpression; initial: Expression | undefined }
        | { kind: 'var'; name: string; type: TypeExpression | undefined; value: Expression }
        | { kind: 'type'; name: string; type: TypeExpression }
        | { kind: 'module'; name: string; path: string; value: Expression }
        | { kind: 'output'; name: string; type: TypeExpression; value: Expression }
        | { kind: 'import'; names: readonly { name: string; as: string }[]; path: string }
      ));
