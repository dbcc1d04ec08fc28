/** Finds the function of a request: functions in the order of their names, the first that fits wins (seen on host 4.1037). */

import { ConfigurationError } from './describe-issues.ts';
import type { FunctionDefinition, HttpTrigger } from './function-definition.ts';
import { decodePath, parseRouteTemplate, type RouteTemplate } from './route-template.ts';

export interface HttpFunction {
  definition: FunctionDefinition;
  trigger: HttpTrigger;
  /** The prefix included, without a slash before: `api/consent/start`. */
  route: string;
}

export interface RouteMatch extends HttpFunction {
  params: Record<string, string>;
}

/** A function without a route, or with an empty one, answers under its name. */
export function routeOf(definition: FunctionDefinition, trigger: HttpTrigger, routePrefix: string): string {
  const own = (trigger.route || definition.name).replaceAll(/^\/+|\/+$/g, '');
  const route = routePrefix === '' ? own : `${routePrefix}/${own}`;
  if (/^(?:admin|runtime)(?:\/|$)/i.test(route)) {
    throw new ConfigurationError(`Route "${route}" conflicts with the host's own routes.`);
  }
  return route;
}

export class HttpRouter {
  readonly #routes: (HttpFunction & { template: RouteTemplate })[] = [];

  /** @throws ConfigurationError */
  add(one: HttpFunction): void {
    this.#routes.push({ ...one, template: parseRouteTemplate(one.route) });
    const key = ({ definition }: HttpFunction): string => definition.name.toLowerCase();
    this.#routes.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /** The method counts as much as the path: of two functions on one path, each answers its own methods. */
  match(method: string, path: string): RouteMatch | undefined {
    const decoded = decodePath(path.slice(1));
    for (const { template, ...one } of this.#routes) {
      if (!one.trigger.methods.includes(method)) continue;
      const params = template.match(decoded);
      if (params) return { ...one, params };
    }
    return undefined;
  }
}
