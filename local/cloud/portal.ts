/** The portal: the pages that show the cloud and the API that drives it, on one loopback port. */

import { Hono } from 'hono';
import type { CloudContext } from './cloud.ts';
import { control, type ControlOptions } from './control/control.ts';
import { ownHostOnly, ownPagesOnlyUnlessReading } from './control/guard.ts';
import { problemResponse } from './control/problem.ts';
import { type Listening, serve } from './serve.ts';
import { viewer, type ViewerOptions } from './viewer/viewer.ts';

export interface PortalOptions extends ControlOptions, ViewerOptions {
  /** Told after every request that may have changed the state, so that it is kept. */
  changed: () => void;
}

/** @param port 0 lets the system choose. */
export async function startPortal(cloud: CloudContext, options: PortalOptions, port: number): Promise<Listening> {
  const listening = await serve('the portal', portal(cloud, options).fetch, { port });
  cloud.urls.portal = `http://localhost:${listening.port}`;
  return listening;
}

function portal(cloud: CloudContext, options: PortalOptions): Hono {
  const app = new Hono();
  const [api, pages] = [control(cloud, options), viewer(cloud, options)];
  app.onError((error) => problemResponse(error));
  app.use(ownHostOnly, ownPagesOnlyUnlessReading);
  app.use(async (c, next) => {
    await next();
    if (!['GET', 'HEAD'].includes(c.req.method)) options.changed();
  });
  app.all('/api/*', (c) => api.fetch(c.req.raw));
  app.all('*', (c) => pages.fetch(c.req.raw));
  return app;
}
