/** One address of the control API and what may be done there. */

import type { Context, Hono } from 'hono';
import { problemResponse, Problem } from './problem.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Handler = (c: Context) => Response | Promise<Response>;

/** Other methods than those that are given are refused by name. */
export function resource(app: Hono, path: string, handlers: Partial<Record<Method, Handler>>): void {
  for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler);
  const allow = Object.keys(handlers).join(', ');
  app.all(path, (c) =>
    problemResponse(new Problem(405, `${c.req.method} cannot be used here, only ${allow}.`), { Allow: allow }),
  );
}

const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

export const ok = (c: Context, body: object): Response => c.json(body, 200, headers);
export const created = (c: Context, path: string, body: object): Response =>
  c.json(body, 201, { ...headers, Location: `/api${path}` });
export const done = (c: Context): Response => c.body(null, 204, headers);

/** A part of the path, decoded by Hono. */
export const part = (c: Context, name: string): string => c.req.param(name) ?? '';
