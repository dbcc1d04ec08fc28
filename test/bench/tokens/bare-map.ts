/** A bare Map of tokens, with no check but that of time: what a look-up by tenant id costs on this machine at the least. */

import { z } from 'zod';
import type { HitSubject } from './hit-subject.ts';
import { issuedToken, lifetimeSeconds } from './issued-token.ts';

const answered = z.object({ value: z.string() });

export const bareMap: HitSubject = {
  label: 'a bare Map',
  hits: () => 300_000,
  fill(tenantIds) {
    const expiresAt = Date.now() + lifetimeSeconds * 1000;
    const tokens = new Map(tenantIds.map((id) => [id, { expiresAt, value: issuedToken(id) }]));
    return Promise.resolve({
      hit: (tenantId) => {
        const token = tokens.get(tenantId);
        return Promise.resolve(token !== undefined && token.expiresAt > Date.now() ? token : undefined);
      },
      tokenOf: (answer) => answered.parse(answer).value,
      requests: () => 0,
    });
  },
};
