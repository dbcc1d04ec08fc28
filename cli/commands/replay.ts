/** `tenantpost replay`: queues mail jobs again that did not leave, once their cause is mended. */

import { z } from 'zod';
import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { BadNewsError, type CommandError, UsageError } from '../failure.ts';
import { tenantIdArgument } from '../tenant-argument.ts';
import { columns } from '../terminal/columns.ts';

const replayed = z.looseObject({ tenant: z.string(), id: z.string(), state: z.string(), transport: z.string() });

export const replay = command({
  form: 'replay <tenant> <id..>',
  summary: 'Queues mail jobs again that did not leave',
  about:
    'Mend the cause first (tenantpost poison <tenant> <id>), or they come back. One after the other: Ctrl-C stops between two, and what was queued stays queued.',
  examples: [
    ['replay 11111111-aaaa-4aaa-8aaa-111111111111 invoice-4712', 'One'],
    ['replay 11111111-aaaa-4aaa-8aaa-111111111111 invoice-4712 invoice-4713', 'Several'],
    [
      'replay 11111111-aaaa-4aaa-8aaa-111111111111 invoice-4713 --even-if-sent',
      'One that may have left: look into Sent Items before',
    ],
  ],
  endsWith: 'Ends with 3 when the app refused any of them; the others are queued.',
  several: ['id'],
  options: (yargs) =>
    tenantIdArgument(apiOptions(yargs))
      .positional('id', { type: 'string', array: true, demandOption: true, describe: 'Ids of mail jobs' })
      .option('even-if-sent', {
        type: 'boolean',
        default: false,
        describe: 'Also one of which nobody can tell whether it left: the mail may arrive twice',
      }),
  async run({ tenant, id: ids, evenIfSent, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    const results: (
      { id: string; replayed: true; state: string } | ({ id: string; replayed: false } & CommandError['problem'])
    )[] = [];
    for (const [at, id] of ids.entries()) {
      if (ids.length > 1) terminal.progress(`${at} of ${ids.length} queued`);
      terminal.ifStopped(
        `${at} of ${ids.length} have been asked for; of ${id} nobody knows. Running it again does no harm.`,
      );
      try {
        const body = evenIfSent ? { evenIfSent } : {};
        const { state } = await api.ask(
          { method: 'POST', route: routes.replayMailJob, path: { tenant, id }, body },
          replayed,
        );
        results.push({ id, replayed: true, state });
      } catch (error) {
        // Of one that is refused the others are none the worse; where the app is away, there is no use in going on.
        if (!(error instanceof BadNewsError || error instanceof UsageError)) throw error;
        if (ids.length === 1) throw error;
        results.push({ id, replayed: false, ...error.problem });
      }
    }
    const { good, bad } = terminal.style;
    const rows = results.map((one) =>
      one.replayed ? [one.id, good('queued again'), ''] : [one.id, bad(one.code ?? 'refused'), one.message],
    );
    terminal.result({ tenant, results }, columns(rows));
    return results.every((one) => one.replayed) ? exitCodes.done : exitCodes.badNews;
  },
});
