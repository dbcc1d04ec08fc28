/** What the decorators of a parameter or type say about its values. */

import { BicepError } from './bicep-error.ts';
import { evaluate } from './evaluate.ts';
import type { Decorator } from './syntax.ts';
import { isArray, type Value } from './values.ts';

export interface Constraints {
  description?: string;
  secure?: true;
  allowed?: readonly Value[];
  minLength?: number;
  maxLength?: number;
  minValue?: number;
  maxValue?: number;
}

const nothing = { get: () => undefined, functions: {} };

export function plainDecorators(decorators: readonly Decorator[]): Constraints {
  const found: Constraints = {};
  for (const { name, arguments: given, ...place } of decorators) {
    const [first, ...more] = given.map((one) => evaluate(one, nothing));
    if (more.length > 0) throw new BicepError(`@${name}() takes one argument`, place);
    if (name === 'secure') found.secure = true;
    else if (name === 'description' && typeof first === 'string') found.description = first;
    else if (name === 'allowed' && first !== undefined && isArray(first)) found.allowed = first;
    else if (isBound(name) && typeof first === 'number') found[name] = first;
    else if (!['metadata', 'sealed', 'export', 'batchSize'].includes(name)) {
      throw new BicepError(`@${name}() with what this reader does not expect`, place);
    }
  }
  return found;
}

const isBound = (name: string): name is 'minLength' | 'maxLength' | 'minValue' | 'maxValue' =>
  ['minLength', 'maxLength', 'minValue', 'maxValue'].includes(name);
