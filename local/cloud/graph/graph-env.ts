/** What the steps of one request to Graph hand on to each other. */

import type { AccessTokenClaims } from '../tokens.ts';
import type { GraphTarget } from './operations.ts';
import type { RequestIds } from './refusal.ts';

export interface GraphEnv {
  Variables: {
    ids: RequestIds;
    target: GraphTarget;
    /** Absent when the request was larger than Graph takes. */
    body?: Buffer;
    /** There once the token was accepted. */
    claims?: AccessTokenClaims;
  };
}
