/**
 * Keeps web pages of others from driving the cloud through somebody's browser. That it listens on loopback alone does not:
 * a page may send forms to any address, and may let its own name resolve to 127.0.0.1 (DNS rebinding).
 */

import type { MiddlewareHandler } from 'hono';
import { Problem } from './problem.ts';

/** The names of this machine that no DNS server answers for. The port is not compared: it may be forwarded. */
const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/** Refuses requests that were sent to another host's name. */
export const ownHostOnly: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? '';
  if (!ownNames.includes(nameOf(host))) {
    throw new Problem(421, 'This is asked for under localhost or 127.0.0.1 only.');
  }
  await next();
};

/**
 * Refuses what another site's page sends. Browsers say where a request comes from in `Sec-Fetch-Site`
 * (https://www.w3.org/TR/fetch-metadata/), and in `Origin` for all but plain reading; others than browsers say nothing.
 */
export const ownPagesOnly: MiddlewareHandler = async (c, next) => {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const own = site === undefined ? isOwnOrigin(origin, c.req.header('host')) : ['same-origin', 'none'].includes(site);
  if (!own) throw new Problem(403, 'Pages of other sites may not use this.');
  await next();
};

/** Reading a page changes nothing, and no other site can see what was read or put the page in a frame. */
export const ownPagesOnlyUnlessReading: MiddlewareHandler = async (c, next) =>
  ['GET', 'HEAD'].includes(c.req.method) ? next() : ownPagesOnly(c, next);

function nameOf(host: string): string {
  return /^(?<name>\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host)?.groups?.['name']?.toLowerCase() ?? '';
}

function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || origin === `http://${host}`;
}
