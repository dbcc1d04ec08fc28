/** `tenantpost invitations`: which were made, what became of them, and one taken back. */

import { z } from 'zod';
import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { allPages } from '../pages.ts';
import { isTenantName } from '../tenant-argument.ts';
import { describeInvitations, invitation } from '../tenants.ts';

const page = z.looseObject({
  invitations: z.array(invitation),
  continuation: z.string().optional(),
  unreadable: z.number().optional(),
});

export const invitations = command({
  form: 'invitations [tenant]',
  summary: 'The invitations that were made; --revoke takes one back',
  about: 'Their links are told once, when they are made, and not again.',
  examples: [
    ['invitations', 'All of them'],
    ['invitations contoso.onmicrosoft.com', 'Those of a tenant'],
    ['invitations --revoke 5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10', 'Its link does not work any more'],
  ],
  options: (yargs) =>
    apiOptions(yargs)
      .positional('tenant', { type: 'string', describe: 'Tenant ID, or a domain of the tenant' })
      .option('revoke', { type: 'string', requiresArg: true, describe: 'Id of the invitation to take back' })
      .option('limit', { type: 'number', default: 100, requiresArg: true, describe: 'How many at most' })
      .check(({ tenant, limit, revoke }) => {
        if (!(Number.isInteger(limit) && limit > 0)) throw new UsageError('--limit: a number from 1 on.');
        if (revoke !== undefined && tenant !== undefined) throw new UsageError('--revoke: the id says it all.');
        return tenant === undefined || isTenantName(tenant);
      }),
  async run({ tenant, revoke, limit, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    const { style } = terminal;
    if (revoke !== undefined) {
      const one = await api.ask({ method: 'POST', route: routes.revokeInvitation, path: { id: revoke } }, invitation);
      terminal.result(one, `${describeInvitations([one], style)}\n${style.good('Its link does not work any more.')}`);
      return exitCodes.done;
    }
    const { items, hasMore, isComplete } = await allPages({
      limit,
      terminal,
      what: 'invitations',
      page: async (more) => {
        const answer = await api.ask({ route: routes.invitations, query: [['tenant', tenant], ...more] }, page);
        return { items: answer.invitations, continuation: answer.continuation, unreadable: answer.unreadable };
      },
    });
    const text = items.length === 0 ? 'No invitation.' : describeInvitations(items, style);
    terminal.result({ invitations: items, complete: isComplete }, text);
    if (hasMore) terminal.note(`There may be more: --limit is ${limit}.`);
    return exitCodes.done;
  },
});
