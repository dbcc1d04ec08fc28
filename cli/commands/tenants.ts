/** `tenantpost tenants`: which there are, and what happened to one. */

import { z } from 'zod';
import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { allPages } from '../pages.ts';
import { isTenantName } from '../tenant-argument.ts';
import {
  describeInvitations,
  describeTenant,
  exitCodeOfTenant,
  history,
  paintedState,
  tenant as tenantSchema,
  tenantStates,
} from '../tenants.ts';
import { columns } from '../terminal/columns.ts';
import type { Terminal } from '../terminal/terminal.ts';

const page = z.looseObject({
  tenants: z.array(tenantSchema),
  continuation: z.string().optional(),
  unreadable: z.number().optional(),
});
const pageLink = z.looseObject({ link: z.url({ protocol: /^https?$/ }), expiresAt: z.string() });

export const tenants = command({
  form: 'tenants [tenant]',
  summary: 'The tenants and their states; with a tenant, what happened to it',
  examples: [
    ['tenants', 'All of them'],
    ['tenants --state degraded', 'Those whose mail stands still'],
    ['tenants contoso.onmicrosoft.com', 'One, with its audit trail and invitations'],
    ['tenants contoso.onmicrosoft.com --page-link', 'A link to its page, for its administrator'],
  ],
  endsWith: 'Of one tenant it ends with 0 when it is active, with 4 when it is invited or pending, else with 3.',
  options: (yargs) =>
    apiOptions(yargs)
      .positional('tenant', { type: 'string', describe: 'Tenant ID, or a domain of the tenant' })
      .option('state', { choices: tenantStates, describe: 'Only the tenants in this state' })
      .option('limit', { type: 'number', default: 1000, requiresArg: true, describe: 'How many at most' })
      .option('page-link', {
        type: 'boolean',
        default: false,
        describe: 'Make a link to the tenant’s page, good for thirty days, for its administrator',
      })
      .check(({ tenant, state, limit, 'page-link': link }) => {
        if (!(Number.isInteger(limit) && limit > 0)) throw new UsageError('--limit: a number from 1 on.');
        if (link && tenant === undefined) throw new UsageError('--page-link: of which tenant?');
        if (state !== undefined && tenant !== undefined) throw new UsageError('--state: is for the list of tenants.');
        return tenant === undefined || isTenantName(tenant);
      }),
  async run({ tenant, state, limit, pageLink: wantsLink, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    if (tenant === undefined) return list(api, state, limit, terminal);
    const found = await api.ask({ route: routes.tenant, path: { tenant } }, history);
    if (wantsLink) {
      const path = { tenant: found.tenant.tenant };
      const made = await api.ask({ method: 'POST', route: routes.tenantLinks, path }, pageLink);
      terminal.result(made, made.link);
      terminal.note(`Whoever has it sees the tenant’s page, until ${made.expiresAt}.`);
      return exitCodes.done;
    }
    const { style } = terminal;
    const events = found.events.map((one) => [one.at, one.kind, one.code ?? '', one.description ?? '']);
    const parts = [
      describeTenant(found.tenant, style),
      ...(events.length === 0 ? [] : [`${style.bold('What happened')}\n${columns(events, '  ')}`]),
      ...(found.invitations.length === 0
        ? []
        : [`${style.bold('Invitations')}\n${describeInvitations(found.invitations, style)}`]),
    ];
    terminal.result(found, parts.join('\n\n'));
    return exitCodeOfTenant(found.tenant);
  },
});

async function list(api: Api, state: string | undefined, limit: number, terminal: Terminal): Promise<number> {
  const { items, hasMore, isComplete } = await allPages({
    limit,
    terminal,
    what: 'tenants',
    page: async (more) => {
      const answer = await api.ask({ route: routes.tenants, query: [['state', state], ...more] }, page);
      return { items: answer.tenants, continuation: answer.continuation, unreadable: answer.unreadable };
    },
  });
  const { style } = terminal;
  const rows = items.map((one) => [
    one.tenant,
    one.domain ?? '',
    paintedState(one.state, style),
    one.since,
    one.code ?? (one.missing.length > 0 ? `lacks ${one.missing.join(', ')}` : ''),
  ]);
  terminal.result({ tenants: items, complete: isComplete }, items.length === 0 ? 'No tenant.' : columns(rows));
  if (hasMore) terminal.note(`There may be more: --limit is ${limit}.`);
  return exitCodes.done;
}
