/** Faults: added, listed with their hits, removed. */

import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { faultRule } from '../faults/fault-rule.ts';
import { addPreset, faultPresets } from '../faults/presets.ts';
import { invalid, noSuch } from './problem.ts';
import { parse, readJson } from './read-body.ts';
import { created, done, ok, part, resource } from './resource.ts';

const presetChoice = z.strictObject({ preset: z.string() });

export function faultRoutes(app: Hono, cloud: CloudContext): void {
  resource(app, '/faults', {
    GET: (c) => ok(c, { faults: cloud.faults.list() }),
    POST: async (c) => {
      const id = addFault(cloud, await readJson(c));
      return created(c, `/faults/${id}`, { id });
    },
    DELETE: (c) => {
      cloud.faults.clear();
      return done(c);
    },
  });
  resource(app, '/presets', { GET: (c) => ok(c, { presets: faultPresets }) });
  resource(app, '/faults/:id', {
    DELETE: (c) => {
      if (!cloud.faults.remove(part(c, 'id'))) throw noSuch('fault', part(c, 'id'));
      return done(c);
    },
  });
}

/**
 * @param given a rule, or `{"preset": NAME}`.
 * @returns the rule's id.
 */
export function addFault(cloud: CloudContext, given: unknown): string {
  const isPreset = typeof given === 'object' && given !== null && 'preset' in given;
  if (!isPreset) return cloud.faults.add(parse(faultRule, given));
  const { preset } = parse(presetChoice, given);
  const id = addPreset(cloud.faults, preset);
  if (id !== undefined) return id;
  const names = faultPresets.map(({ name }) => name).join(', ');
  throw invalid([{ field: 'preset', message: `must be one of ${names}` }]);
}
