/** Our own token source: composed as the app does it, with its metrics, and with Entra and the table in memory. */

import { z } from 'zod';
import { openTelemetryMetrics } from '../../../shared/adapters/opentelemetry-metrics.ts';
import { readConfig } from '../../../shared/config.ts';
import { expectationsOf } from '../../../shared/services.ts';
import { TokenSource } from '../../../shared/tokens/token-source.ts';
import { FakeTokenIssuer } from '../../support/fake-token-issuer.ts';
import { MemoryTokenStore } from '../../support/memory-token-store.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { emulatorSettings } from '../../support/settings.ts';
import { tokenSourceOptions } from '../../support/token-source.ts';
import type { HitSubject } from './hit-subject.ts';
import { issuedToken } from './issued-token.ts';

const answered = z.object({ value: z.string() });

export const ours: HitSubject = {
  label: 'tenantpost',
  hits: () => 300_000,
  async fill(tenantIds) {
    const issuer = new FakeTokenIssuer(issuedToken);
    const ports = { issuer, store: new MemoryTokenStore(), now: Date.now, log: recordingLog().log };
    const tokens = new TokenSource({
      ...tokenSourceOptions(ports),
      expect: expectationsOf(readConfig(emulatorSettings())),
      metrics: openTelemetryMetrics(),
    });
    for (const tenantId of tenantIds) await tokens.get(tenantId, 'graph');
    return {
      hit: (tenantId) => tokens.get(tenantId, 'graph'),
      tokenOf: (answer) => answered.parse(answer).value,
      requests: () => issuer.requests.length,
    };
  },
};
