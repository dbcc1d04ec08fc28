/** What the control API refuses, as problem details: https://www.rfc-editor.org/rfc/rfc9457. */

import { EntraError } from '../entra/aadsts.ts';
import { InvalidCredentialError } from '../entra/invalid-credential.ts';
import { InvalidFaultError } from '../faults/fault-panel.ts';
import { describeProblems, type FieldProblem } from '../field-problem.ts';
import { VaultError } from '../vault/vault-error.ts';

type Status = 400 | 403 | 404 | 405 | 409 | 413 | 415 | 421 | 500;

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: Status;
  /** Field by field, where the fault is in fields. */
  readonly errors: readonly FieldProblem[];

  constructor(status: Status, detail: string, errors: readonly FieldProblem[] = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

export const invalid = (errors: readonly FieldProblem[]): Problem => new Problem(400, describeProblems(errors), errors);

export const noSuch = (what: string, id: string): Problem => new Problem(404, `There is no ${what} "${id}".`);

const titles: Record<Status, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  500: 'Internal Server Error',
};

/** What the parts of the cloud refuse in their own words, told in these. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidFaultError) return invalid(error.problems);
  if (error instanceof InvalidCredentialError) return new Problem(400, error.message);
  if (error instanceof EntraError) return new Problem(409, `AADSTS${error.code}: ${error.message}`);
  if (error instanceof VaultError) {
    const { status, message } = error.refusal;
    return new Problem(status === 404 || status === 409 ? status : 400, message);
  }
  // Only the name: a message could hold what the caller sent.
  return new Problem(
    500,
    `Unexpected ${error instanceof Error ? error.name : typeof error} in the local cloud itself.`,
  );
}

export function problemResponse(error: unknown, headers: Record<string, string> = {}): Response {
  const { status, message, errors } = problemOf(error);
  const body = { title: titles[status], status, detail: message, ...(errors.length > 0 && { errors }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  });
}
