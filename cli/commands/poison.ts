/** `tenantpost poison`: the mail jobs that did not leave, and what has to be done about each. */

import { routes } from '../../shared/names.ts';
import { type PoisonEntry, poisonEntries } from '../answers.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { BadNewsError, UsageError } from '../failure.ts';
import { allPages } from '../pages.ts';
import { isTenantId } from '../tenant-argument.ts';
import { columns, fields } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';

export const poison = command({
  form: 'poison [tenant] [id]',
  summary: 'The mail jobs that did not leave; with an id, why, and what to do',
  examples: [
    ['poison', 'Of all tenants'],
    ['poison 11111111-aaaa-4aaa-8aaa-111111111111 --code MAILBOX_NOT_FOUND', 'Of one tenant, with this cause'],
    ['poison 11111111-aaaa-4aaa-8aaa-111111111111 invoice-4712', 'Explains one'],
    ['poison --json | jq -r ".items[] | [.tenant, .id] | @tsv"', 'For a program that replays them'],
  ],
  endsWith: 'Ends with 0 when there is none, with 4 when there are some; with an id, with 3.',
  options: (yargs) =>
    apiOptions(yargs)
      .positional('tenant', { type: 'string', describe: 'Tenant ID; without it, of all' })
      .positional('id', { type: 'string', describe: 'Id of a mail job' })
      .option('code', {
        type: 'string',
        requiresArg: true,
        describe: 'Only those with this cause, a code of docs/errors.md',
      })
      .option('limit', { type: 'number', default: 100, requiresArg: true, describe: 'How many at most' })
      .check(({ tenant, limit }) => {
        if (tenant !== undefined) isTenantId(tenant);
        if (!(Number.isInteger(limit) && limit > 0)) throw new UsageError('--limit: a number from 1 on.');
        return true;
      }),
  async run({ tenant, id, code, limit, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    const isWanted = (one: PoisonEntry): boolean =>
      (code === undefined || one.code === code.toUpperCase()) && (id === undefined || one.id === id);
    const { items, hasMore, isComplete } = await allPages({
      limit: id === undefined ? limit : Number.MAX_SAFE_INTEGER,
      terminal,
      what: 'in poison',
      page: async (more) => {
        // As many as are wanted would be pages of one, where only the hundredth is.
        const size = code === undefined ? [] : [['limit', '500'] as const];
        const asked = more.filter(([name]) => name !== 'limit' || size.length === 0);
        const query = [['tenant', tenant] as const, ...asked, ...size];
        const page = await api.ask({ route: routes.poison, query }, poisonEntries);
        const found = page.items.filter(isWanted);
        const isFound = id !== undefined && found.length > 0;
        return { items: found, continuation: isFound ? undefined : page.continuation, unreadable: page.unreadable };
      },
    });
    const [first] = items;
    if (id !== undefined) {
      if (first === undefined) {
        throw new BadNewsError({
          message: `Nothing of mail job ${id} is in poison.`,
          code: 'JOB_NOT_FOUND',
          remedy: `tenantpost status ${tenant} ${id} tells what became of it.`,
        });
      }
      terminal.result(first, explain(first, terminal.style));
      return exitCodes.badNews;
    }
    const rows = items.map((one) => [one.tenant, one.id, terminal.style.bad(one.code), one.at, `for the ${one.owner}`]);
    terminal.result(
      { items, complete: isComplete },
      items.length === 0 ? terminal.style.good('Nothing is in poison.') : columns(rows),
    );
    if (hasMore) terminal.note(`There may be more: --limit is ${limit}.`);
    return items.length === 0 && isComplete ? exitCodes.done : exitCodes.notAllWell;
  },
});

function explain(one: PoisonEntry, style: Style): string {
  const { tenant, id, code, meaning, message, remedy, owner, field, expected, at, transport } = one;
  return [
    `${style.bold(id)} did not leave: ${style.bad(code)}`,
    fields([
      ['tenant', tenant],
      ['transport', transport],
      ['at', at],
      ['what', message],
      ['meaning', meaning],
      ['field', field === undefined ? undefined : `${field}${expected === undefined ? '' : `: expected ${expected}`}`],
      ['remedy', remedy],
      ['by whom', `the ${owner}`],
      ['then', `tenantpost replay ${tenant} ${id}`],
    ]),
  ].join('\n');
}
