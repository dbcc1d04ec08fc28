/** The rules of axe-core, run inside of a page. */

import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const violations = z.array(
  z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.object({ html: z.string() })) }),
);

/** What is in order is not described one by one, which takes most of the time. */
const run = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)`;

/** What axe-core calls serious or critical, as it is now: the rule, and where. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = violations.parse(await page.evaluate(run));
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
