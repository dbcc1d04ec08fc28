/** Where everything answers, and the environment variables that point an application at this cloud. */

import type { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { endpointsOf, environmentOf } from '../environment.ts';
import { ok, resource } from './resource.ts';

export function environmentRoutes(app: Hono, cloud: CloudContext): void {
  resource(app, '/environment', {
    GET: (c) => ok(c, { endpoints: endpointsOf(cloud), environment: environmentOf(cloud) }),
  });
}
