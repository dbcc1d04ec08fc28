/** Connects an HTTP function to its route. */

import type { FunctionDefinition, HttpTrigger } from './function-definition.ts';
import { routeOf } from './http-router.ts';
import type { Connected, TriggerContext } from './triggers.ts';

export function connectHttp(
  definition: FunctionDefinition,
  trigger: HttpTrigger,
  { router, hostJson }: TriggerContext,
): Connected {
  const route = routeOf(definition, trigger, hostJson.routePrefix);
  router.add({ definition, trigger, route });
  const { methods, authLevel } = trigger;
  const key = authLevel === 'anonymous' ? '' : ` (${authLevel} key)`;
  return {
    summary: { name: definition.name, trigger: 'http', route: `/${route}`, methods },
    description: `${methods.join(',')} /${route}${key}`,
  };
}
