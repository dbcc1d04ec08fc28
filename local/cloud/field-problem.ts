/** What is wrong about something that was given, field by field, in words for people. */

import type { z } from 'zod';

export interface FieldProblem {
  /** As in `fault.status`; `the whole` where it is no field's fault. */
  field: string;
  message: string;
}

export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const name = (...path: readonly PropertyKey[]): string => path.map(String).join('.') || 'the whole';
    if (issue.code !== 'unrecognized_keys') return [{ field: name(...issue.path), message: messageOf(issue) }];
    return issue.keys.map((key) => ({ field: name(...issue.path, key), message: 'is not known' }));
  });
}

export const describeProblems = (problems: readonly FieldProblem[]): string =>
  problems.map(({ field, message }) => `${field}: ${message}`).join('; ');

/** The schema's own words where it has some; zod's are for programmers. */
function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined') ? 'is missing' : `must be ${article(issue.expected)}`;
    case 'too_small':
      if (!issue.message.startsWith('Too small')) return issue.message;
      if (issue.origin === 'string') return issue.minimum === 1 ? 'is empty' : `needs ${issue.minimum} characters`;
      return issue.origin === 'array' ? `needs ${issue.minimum} or more` : `must be ${issue.minimum} or more`;
    case 'too_big':
      if (!issue.message.startsWith('Too big')) return issue.message;
      if (issue.origin === 'string') return `may have ${issue.maximum} characters`;
      return issue.origin === 'array' ? `may have ${issue.maximum}` : `must be ${issue.maximum} or less`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}

const article = (type: string): string => (/^[aio]/.test(type) ? `an ${type}` : `a ${type}`);
