import { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';

export function identity(_cloud: CloudContext): Hono {
  return new Hono();
}
