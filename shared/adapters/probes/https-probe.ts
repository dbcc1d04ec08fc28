/** Whether Entra and Graph can be reached, and what time it is there. */

import type { Reached } from '../../checks/ports.ts';
import { connectionFailure } from './connection-failure.ts';

/**
 * Without a token: any answer shows that the service is there, and has the time at which it was made (RFC 9110 section 6.6.1).
 */
export async function reachHttps(url: string, within = 10_000): Promise<Reached> {
  const began = Date.now();
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(within) });
    // Halfway between question and answer is the nearest that can be told.
    const at = (began + Date.now()) / 2;
    await response.body?.cancel();
    const date = Date.parse(response.headers.get('date') ?? '');
    return {
      kind: 'reached',
      answered: `HTTP ${response.status}`,
      // The header has whole seconds, cut off.
      ...(Number.isNaN(date) ? {} : { ahead: date + 500 - at }),
    };
  } catch (error) {
    return connectionFailure(error);
  }
}
