/** Says what a strict schema found wrong, one sentence per problem, naming what this host does not implement. */

import type { z } from 'zod';

/** Thrown when a file or a registration asks for what cannot be given; the message is for the person at the keyboard. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * The one sentence for everything that the real host does and this one does not. Passed over, it would be tested here as
 * if it had no effect there.
 *
 * @param remedy what the person at the keyboard can do instead.
 */
export function notImplemented(what: string, remedy = 'leave it out, or run the app with func start'): string {
  return `${what} is not implemented by the local host: ${remedy}`;
}

/** @param owner put before each name: `extensions.queues.foo` reads `<owner>extensions.queues.foo`. */
export function describeIssues(error: z.ZodError, owner = ''): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => notImplemented(`${owner}${[...path, key].join('.')}`));
    }
    return [path.length > 0 ? `${owner}${path.join('.')}: ${issue.message}` : `${owner}${issue.message}`];
  });
}
