/** Entra as a function: a token for the tenant asked, unless a test says otherwise. */

import type { Resource } from '../../shared/resource.ts';
import type { TokenIssuer } from '../../shared/tokens/token-source.ts';
import { aTokenValueFor } from './unsigned-token.ts';

export type Answer = (tenantId: string, resource: Resource) => string | Promise<string>;

export class FakeTokenIssuer implements TokenIssuer {
  /** The tenants that were asked for, in order. */
  readonly requests: string[] = [];
  answer: Answer;

  constructor(answer: Answer = aTokenValueFor) {
    this.answer = answer;
  }

  async request(tenantId: string, resource: Resource): Promise<string> {
    this.requests.push(tenantId);
    // An answer of the network never comes within the same turn.
    await new Promise(setImmediate);
    return this.answer(tenantId, resource);
  }
}
