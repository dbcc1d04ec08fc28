/** `tenantpost status`: how the installation does, what became of a tenant's mail, or of one mail job. */

import { routes } from '../../shared/names.ts';
import { mailbox, outcome, outcomes } from '../answers.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { describeMailbox } from '../mailbox.ts';
import { describeOutcome, exitCodeOf, painted } from '../outcome.ts';
import { describeOverview, exitCodeOfOverview, overview } from '../overview.ts';
import { allPages } from '../pages.ts';
import { isTenantId } from '../tenant-argument.ts';
import { columns } from '../terminal/columns.ts';
import type { Terminal } from '../terminal/terminal.ts';

const states = ['scheduled', 'sending', 'sent', 'refused', 'failed', 'unknown', 'cancelled'] as const;

export const status = command({
  form: 'status [tenant] [id]',
  summary: 'How everything does; with a tenant its mail jobs, with an id that one',
  examples: [
    ['status', 'Tenants by state, queues, what was sent, what is held and what failed'],
    ['status 11111111-aaaa-4aaa-8aaa-111111111111 invoice-4711', 'What became of a mail job'],
    [
      'status 11111111-aaaa-4aaa-8aaa-111111111111 --state failed --since 2026-01-31T00:00:00Z',
      'What failed since then',
    ],
    [
      'status 11111111-aaaa-4aaa-8aaa-111111111111 --mailbox billing@contoso.example',
      'How much a mailbox may send now',
    ],
  ],
  endsWith:
    'Ends with 4 when something waits for somebody; of one job with 0 when it was sent, 3 when it will not be, 4 while it is under way, 5 when it may have left.',
  options: (yargs) =>
    apiOptions(yargs)
      .positional('tenant', { type: 'string', describe: 'Tenant ID' })
      .positional('id', { type: 'string', describe: 'Id of a mail job' })
      .option('state', { choices: states, describe: 'Only the mail jobs in this state' })
      .option('since', {
        type: 'string',
        requiresArg: true,
        describe: 'Only those that changed since, such as 2026-01-31T00:00:00Z',
      })
      .option('limit', { type: 'number', default: 100, requiresArg: true, describe: 'How many mail jobs at most' })
      .option('mailbox', {
        type: 'string',
        requiresArg: true,
        describe: 'Address of a mailbox: its limits, and whether it is held',
      })
      .check(({ tenant, id, mailbox: address, state, since, limit }) => {
        if (tenant !== undefined) isTenantId(tenant);
        else if (state !== undefined || since !== undefined || address !== undefined) {
          throw new UsageError('Of which tenant? status <tenant> ...');
        }
        if (id !== undefined && (state !== undefined || since !== undefined || address !== undefined)) {
          throw new UsageError('One mail job is what the id names: no --state, --since or --mailbox beside it.');
        }
        if (!(Number.isInteger(limit) && limit > 0)) throw new UsageError('--limit: a number from 1 on.');
        return true;
      }),
  async run({ tenant, id, mailbox: address, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    const { style } = terminal;
    if (tenant === undefined) {
      const now = await api.ask({ route: routes.overview }, overview);
      terminal.result(now, describeOverview(now, style));
      return exitCodeOfOverview(now);
    }
    if (address !== undefined) {
      const one = await api.ask({ route: routes.mailbox, path: { tenant, mailbox: address } }, mailbox);
      terminal.result(one, describeMailbox(one, style));
      return one.hold === undefined ? exitCodes.done : exitCodes.notAllWell;
    }
    if (id === undefined) return list(api, tenant, given, terminal);
    const one = await api.ask({ route: routes.mailJob, path: { tenant, id } }, outcome);
    terminal.result(one, describeOutcome(one, style));
    return exitCodeOf(one);
  },
});

interface Filter {
  readonly state: string | undefined;
  readonly since: string | undefined;
  readonly limit: number;
}

async function list(api: Api, tenant: string, { state, since, limit }: Filter, terminal: Terminal): Promise<number> {
  const query = [
    ['tenant', tenant],
    ['state', state],
    ['from', since],
  ] as const;
  const { items, hasMore, isComplete } = await allPages({
    limit,
    terminal,
    what: 'mail jobs',
    page: (more) => api.ask({ route: routes.mailJobs, query: [...query, ...more] }, outcomes),
  });
  const rows = items.map((one) => [
    one.id,
    painted(one.state, terminal.style),
    one.updatedAt,
    one.transport,
    one.code ?? '',
  ]);
  terminal.result({ items, complete: isComplete }, items.length === 0 ? 'No mail job.' : columns(rows));
  if (hasMore) terminal.note(`There may be more: --limit is ${limit}.`);
  return exitCodes.done;
}
