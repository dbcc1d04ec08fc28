/** TokenSource with Entra and the table in memory. */

import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import { SharedRenewal } from '../../shared/tokens/shared-renewal.ts';
import {
  type TokenIssuer,
  TokenSource,
  type TokenSourceOptions,
  type TokenStore,
} from '../../shared/tokens/token-source.ts';
import { settableClock } from './clock.ts';
import { FakeTokenIssuer } from './fake-token-issuer.ts';
import { MemoryRenewalClaims } from './memory-renewal-claims.ts';
import { MemoryTokenStore } from './memory-token-store.ts';
import { recordingLog } from './recording-log.ts';
import { recordingMetrics } from './recording-metrics.ts';
import { anExpectation } from './unsigned-token.ts';

interface Parts {
  readonly issuer: TokenIssuer;
  readonly store: TokenStore;
  readonly now: Clock;
  readonly log: Log;
}

/** What a token source needs beside its issuer and its table, as one process of an installation has it. */
export function tokenSourceOptions({ now, log, ...ports }: Parts): TokenSourceOptions {
  const claims = new MemoryRenewalClaims(now);
  return {
    ...ports,
    renewal: new SharedRenewal({ claims, now, log, wait: () => new Promise(setImmediate) }),
    expect: anExpectation,
    requiredRoles: { graph: ['Mail.Send'], outlook: ['SMTP.SendAsApp', 'IMAP.AccessAsApp'] },
    singleTenantId: undefined,
    now,
    log,
    metrics: recordingMetrics(),
  };
}

export function aTokenSource(overrides: Partial<TokenSourceOptions> = {}) {
  const clock = settableClock();
  const issuer = new FakeTokenIssuer();
  const store = new MemoryTokenStore();
  const log = recordingLog();
  const metrics = recordingMetrics();
  const options = { ...tokenSourceOptions({ issuer, store, now: clock.now, log: log.log }), metrics, ...overrides };
  /** One more process of the same installation. */
  const process = (): TokenSource => new TokenSource(options);
  return { clock, issuer, store, log, metrics, process, tokens: process() };
}
