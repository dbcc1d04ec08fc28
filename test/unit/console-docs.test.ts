/** docs/console.md says what the code does. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { routePrefix, routes } from '../../shared/names.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'console.md'), 'utf8');

const settings = z.object({
  properties: z.object({ globalValidation: z.object({ excludedPaths: z.array(z.string()) }) }),
});

test('a sign-in in front of the console guards its pages, and no address that others come to', () => {
  const [, block = ''] = /```json\n( +\{\n +"properties"[\s\S]*?)```/.exec(page) ?? [];
  const { excludedPaths } = settings.parse(JSON.parse(block)).properties.globalValidation;
  const isOpen = (path: string): boolean =>
    excludedPaths.some((one) => (one.endsWith('/*') ? path.startsWith(one.slice(0, -1)) : path === one));
  for (const route of Object.values(routes)) {
    const path = `/${routePrefix}/${route}`;
    const isPage = /^console(\/(?!links|sessions\/)|$)/.test(route);
    assert.equal(isOpen(path), !isPage, path);
  }
});
