/** What a schema found wrong, in the words of our answers: which field, and what was expected; never what was there. */

import type { z } from 'zod';

export interface FieldProblem {
  /** JSON pointer (RFC 6901); empty for the value as a whole. */
  readonly field: string;
  readonly expected: string;
}

export function firstProblem(issues: readonly z.core.$ZodIssue[]): FieldProblem {
  const issue = issues[0];
  if (issue === undefined) return { field: '', expected: 'something else' };
  if (issue.code === 'unrecognized_keys') {
    // The name is the outside's own text and goes into logs: an address in its place must not.
    const name = issue.keys.find((key) => /^[A-Za-z][\w-]{0,40}$/.test(key));
    return name === undefined
      ? { field: pointer(issue.path), expected: 'no fields but those that are documented' }
      : { field: pointer([...issue.path, name]), expected: 'no such field' };
  }
  if (issue.code === 'invalid_union') {
    // Where the value is of one choice's type, what that choice says of it is nearer than a list of the choices.
    const meant = issue.errors.filter(
      (errors) => !errors.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
    );
    const [first] = meant[0] ?? [];
    if (meant.length === 1 && first) return firstProblem([{ ...first, path: [...issue.path, ...first.path] }]);
  }
  // zod's own sentence about a wrong type tells what was there; one that the schema words itself does not.
  const unworded = issue.code === 'invalid_type' && issue.message.startsWith('Invalid input');
  return { field: pointer(issue.path), expected: unworded ? issue.expected : issue.message };
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
