/** TokenSource with Entra and the table in memory. */

import { TokenSource } from '../../shared/tokens/token-source.ts';
import { settableClock } from './clock.ts';
import { FakeTokenIssuer } from './fake-token-issuer.ts';
import { MemoryTokenStore } from './memory-token-store.ts';
import { recordingLog } from './recording-log.ts';
import { anExpectation } from './unsigned-token.ts';

export function aTokenSource() {
  const clock = settableClock();
  const issuer = new FakeTokenIssuer();
  const store = new MemoryTokenStore();
  const log = recordingLog();
  /** One more process of the same installation. */
  const process = (): TokenSource =>
    new TokenSource({
      issuer,
      store,
      expect: anExpectation,
      requiredRoles: { graph: ['Mail.Send'] },
      now: clock.now,
      log: log.log,
    });
  return { clock, issuer, store, log, process, tokens: process() };
}
