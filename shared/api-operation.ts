/** One operation of the HTTP API: what the OpenAPI description is made from. */

import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';

export interface Operation {
  /** The function's name. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly route: string;
  readonly summary: string;
  /** Whether it asks for no key: what is in the request is the authority. */
  readonly isAnonymous?: boolean;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  /** `mail-jobs`: one, or an object with many. */
  readonly body?: z.ZodType | 'mail-jobs' | 'octets';
  readonly bodyExamples?: Readonly<Record<string, unknown>>;
  readonly status: 200 | 201 | 202;
  /** What is answered, where it is not JSON: text as it is. */
  readonly answerType?: 'text/plain';
  /** Several are alternatives. */
  readonly answers: readonly z.ZodType[];
  readonly answerExamples: Readonly<Record<string, unknown>>;
  readonly hasLocation?: boolean;
  /** Beside what every operation may answer. */
  readonly errors: readonly ErrorCode[];
}
