/** Says what a strict schema found wrong, one sentence per problem, naming what this host does not implement. */

import type { z } from 'zod';

/** Thrown when a file or a registration asks for what cannot be given; the message is for the person at the keyboard. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** @param owner put before each name: `extensions.queues.foo` reads `<owner>extensions.queues.foo`. */
export function describeIssues(error: z.ZodError, owner = ''): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      // Passed over, a setting would be tested here as if it had no effect there.
      return issue.keys.map((key) => `${owner}${[...path, key].join('.')} is not implemented by the local host`);
    }
    return [path.length > 0 ? `${owner}${path.join('.')}: ${issue.message}` : `${owner}${issue.message}`];
  });
}
