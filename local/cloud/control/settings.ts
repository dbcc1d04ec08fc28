/** What can be set about the cloud as a whole: how long things take to arrive, limits, lifetimes. */

import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { directoryState } from '../state/directory.ts';
import { exchangeState } from '../state/exchange.ts';
import { limitsState } from '../state/limits.ts';
import { mailState } from '../state/mail.ts';
import { vaultState } from '../state/vault.ts';
import { change } from './merge-patch.ts';
import { readJson } from './read-body.ts';
import { ok, resource } from './resource.ts';

const settings = z.strictObject({
  propagation: directoryState.propagation,
  tokenLifetimeSeconds: directoryState.tokenLifetimeSeconds,
  loopDetection: directoryState.loopDetection,
  exchangePropagation: exchangeState.exchangePropagation,
  limits: limitsState.limits,
  settling: mailState.settling,
  vault: vaultState.vault,
});

export function settingsRoutes(app: Hono, { state }: CloudContext): void {
  resource(app, '/settings', {
    GET: (c) => ok(c, settingsView(state)),
    PATCH: async (c) => {
      change(state, settings, await readJson(c));
      return ok(c, settingsView(state));
    },
  });
}

export function settingsView(state: CloudContext['state']): object {
  const known = Object.keys(settings.shape);
  return Object.fromEntries(Object.entries(state).filter(([name]) => known.includes(name)));
}
