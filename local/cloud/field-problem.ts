/** What is wrong about something that was given, field by field, in the words of its schema. */

import type { z } from 'zod';

export interface FieldProblem {
  /** As in `fault.status`; `the whole` where it is no field's fault. */
  field: string;
  message: string;
}

export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const name = (...path: readonly PropertyKey[]): string => path.map(String).join('.') || 'the whole';
    if (issue.code !== 'unrecognized_keys') return [{ field: name(...issue.path), message: issue.message }];
    return issue.keys.map((key) => ({ field: name(...issue.path, key), message: 'is not known' }));
  });
}

export const describeProblems = (problems: readonly FieldProblem[]): string =>
  problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
