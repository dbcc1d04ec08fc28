/**
 * The control API: what a test in another process, or a person with curl, needs of the cloud beyond Microsoft's own
 * services. JSON over HTTP on loopback, beside the pages, under `/api`.
 */

import { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { environmentRoutes } from './environment.ts';
import { exchangeRoutes } from './exchange.ts';
import { faultRoutes } from './faults.ts';
import { ownPagesOnly } from './guard.ts';
import { identityRoutes } from './identities.ts';
import { journalRoutes } from './journal.ts';
import { mailboxRoutes } from './mailboxes.ts';
import { messageRoutes } from './messages.ts';
import { Problem, problemResponse } from './problem.ts';
import { registrationRoutes } from './registrations.ts';
import { settingsRoutes } from './settings.ts';
import { stateRoutes } from './state.ts';
import { tenantRoutes } from './tenants.ts';
import { vaultRoutes } from './vault.ts';

export interface ControlOptions {
  /** Brings the cloud back to what it was seeded with. */
  reset: () => Promise<void>;
}

export function control(cloud: CloudContext, options: ControlOptions): Hono {
  const app = new Hono().basePath('/api');
  app.onError((error) => problemResponse(error));
  app.use(ownPagesOnly);
  faultRoutes(app, cloud);
  journalRoutes(app, cloud);
  stateRoutes(app, cloud, options);
  settingsRoutes(app, cloud);
  tenantRoutes(app, cloud);
  registrationRoutes(app, cloud);
  mailboxRoutes(app, cloud);
  messageRoutes(app, cloud);
  identityRoutes(app, cloud);
  vaultRoutes(app, cloud);
  exchangeRoutes(app, cloud);
  environmentRoutes(app, cloud);
  app.all('*', (c) => {
    throw new Problem(404, `There is nothing at ${c.req.path}.`);
  });
  return app;
}
