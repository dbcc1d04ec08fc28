import { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';

export function graph(_cloud: CloudContext): Hono {
  return new Hono();
}
