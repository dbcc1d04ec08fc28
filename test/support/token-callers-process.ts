/**
 * One instance of the app, as far as tokens go: composed from the environment like the deployed one. It is told by messages
 * how many callers ask for the token of a tenant at the same time, and says what each of them got.
 */

import { z } from 'zod';
import { readConfig } from '../../shared/config.ts';
import { asTenantpostError } from '../../shared/errors.ts';
import { buildServices } from '../../shared/services.ts';

/** What a caller got: the claims of a token, or the code of an error. */
export const callersAnswer = z.object({
  milliseconds: z.number(),
  got: z.array(z.union([z.object({ value: z.string(), expiresAt: z.number() }), z.object({ code: z.string() })])),
});
export type CallersAnswer = z.infer<typeof callersAnswer>;

const question = z.object({ tenantId: z.guid(), callers: z.int() });

if (process.send !== undefined) {
  const { tokens } = buildServices(readConfig(process.env));
  const ask = async (tenantId: string) => {
    try {
      const { value, expiresAt } = await tokens.get(tenantId, 'graph');
      return { value, expiresAt };
    } catch (error) {
      return { code: asTenantpostError(error).code };
    }
  };
  process.on('message', (message) => {
    const { tenantId, callers } = question.parse(message);
    const began = performance.now();
    void Promise.all(Array.from({ length: callers }, () => ask(tenantId))).then((got) =>
      process.send?.({ milliseconds: performance.now() - began, got } satisfies CallersAnswer),
    );
  });
  process.once('disconnect', () => process.exit(0));
  process.send('ready');
}
