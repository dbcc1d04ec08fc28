/** Addresses of the console's pages and forms, from the top of the site. */

import { routePrefix, routes } from '../../names.ts';

type ConsoleRoute =
  | 'console'
  | 'consoleOpen'
  | 'consoleClose'
  | 'consoleTenants'
  | 'consoleTenant'
  | 'consoleCheck'
  | 'consoleCause'
  | 'consoleHold'
  | 'consoleRelease'
  | 'consoleReplay';

/** @param parts what stands in the route's braces. */
export function consolePath(name: ConsoleRoute, parts: Readonly<Record<string, string>> = {}): string {
  const path = routes[name].replaceAll(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(parts[part] ?? ''));
  return `/${routePrefix}/${path}`;
}
