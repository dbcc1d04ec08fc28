/** `tenantpost remove`: takes a tenant out, with what is kept of it. */

import { z } from 'zod';
import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { tenantArgument } from '../tenant-argument.ts';
import { tenant as tenantSchema } from '../tenants.ts';
import { ask } from '../terminal/ask.ts';
import { fields } from '../terminal/columns.ts';

const offboarding = z.looseObject({
  tenant: tenantSchema,
  deleted: z.record(z.string(), z.number()),
  complete: z.boolean(),
  adminMayRemove: z.array(z.string()),
});

export const remove = command({
  form: 'remove <tenant>',
  summary: 'Takes a tenant out, and deletes what is kept of it',
  about:
    'No mail of it is accepted from then on; outcomes, poison, tokens and invitations are deleted, and cannot be brought back. The audit trail stays. It asks first; a program says --yes.',
  examples: [
    ['remove contoso.onmicrosoft.com', 'Asks you to type the name once more'],
    ['remove 11111111-aaaa-4aaa-8aaa-111111111111 --yes --json', 'For a program'],
  ],
  options: (yargs) =>
    tenantArgument(apiOptions(yargs)).option('yes', { type: 'boolean', default: false, describe: 'Do not ask' }),
  async run({ tenant, yes, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    if (!yes) {
      const typed = await ask(`This deletes what is kept of ${tenant}. To go on, type its name: `, terminal.signal);
      if (typed === undefined) throw new UsageError('Nobody is at a terminal to be asked. If it is meant, give --yes.');
      if (typed.trim() !== tenant) throw new UsageError('That is another name. Nothing was removed.');
    }
    terminal.ifStopped('A part may be deleted. Run it again: what is gone is gone, and the rest follows.');
    const deleted: Record<string, number> = {};
    for (;;) {
      terminal.progress('Deleting');
      const answer = await api.ask({ method: 'DELETE', route: routes.tenant, path: { tenant } }, offboarding);
      for (const [name, count] of Object.entries(answer.deleted)) deleted[name] = (deleted[name] ?? 0) + count;
      if (!answer.complete) {
        terminal.progress(`Deleting: ${Object.values(deleted).reduce((sum, one) => sum + one, 0)} so far`);
        continue;
      }
      const counts = fields(Object.entries(deleted).map(([name, count]) => [name, String(count)]));
      const left = answer.adminMayRemove.map((one) => `  - ${one}`);
      const text = [
        `${terminal.style.bold(answer.tenant.tenant)} is removed. Deleted:`,
        counts,
        ...(left.length === 0 ? [] : ['What only an administrator of the tenant can take away:', ...left]),
      ];
      terminal.result({ ...answer, deleted }, text.join('\n'));
      return exitCodes.done;
    }
  },
});
