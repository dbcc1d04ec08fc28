import { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';

export function entra(_cloud: CloudContext): Hono {
  return new Hono();
}
