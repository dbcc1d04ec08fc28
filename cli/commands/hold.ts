/** `tenantpost hold` and `tenantpost release`: a mailbox sends nothing, and sends again. */

import { routes } from '../../shared/names.ts';
import { mailbox } from '../answers.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { describeMailbox } from '../mailbox.ts';
import { tenantIdArgument } from '../tenant-argument.ts';

const address = { type: 'string', demandOption: true, describe: 'Address of the mailbox' } as const;

export const hold = command({
  form: 'hold <tenant> <mailbox>',
  summary: 'Lets a mailbox send nothing; what it has to send waits',
  examples: [
    ['hold 11111111-aaaa-4aaa-8aaa-111111111111 billing@contoso.example --reason INC-1234', 'Until it is released'],
    ['hold 11111111-aaaa-4aaa-8aaa-111111111111 billing@contoso.example --until 2026-02-01T08:00:00Z', 'Until then'],
  ],
  options: (yargs) =>
    tenantIdArgument(apiOptions(yargs))
      .positional('mailbox', address)
      .option('until', {
        type: 'string',
        requiresArg: true,
        describe: 'When it is released by itself, such as 2026-02-01T08:00:00Z',
      })
      .option('reason', {
        type: 'string',
        requiresArg: true,
        describe: 'For whoever asks why; no address belongs in it',
      })
      .check(({ until }) => {
        // RFC 3339: a time of day without an offset would be another time on another machine.
        if (until !== undefined && !/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/i.test(until)) {
          throw new UsageError('--until: a time with its offset, such as 2026-02-01T08:00:00Z.');
        }
        return true;
      }),
  async run({ tenant, mailbox: held, until, reason, ...given }, terminal) {
    const body = { ...(until !== undefined && { until }), ...(reason !== undefined && { reason }) };
    terminal.ifStopped(`Nobody knows whether it is held: tenantpost status ${tenant} --mailbox ${held}`);
    const api = new Api(given, terminal.signal);
    const one = await api.ask(
      { method: 'POST', route: routes.holdMailbox, path: { tenant, mailbox: held }, body },
      mailbox,
    );
    terminal.result(one, describeMailbox(one, terminal.style));
    return exitCodes.done;
  },
});

export const release = command({
  form: 'release <tenant> <mailbox>',
  summary: 'Lets a mailbox that is held send again',
  examples: [['release 11111111-aaaa-4aaa-8aaa-111111111111 billing@contoso.example', 'At once']],
  options: (yargs) => tenantIdArgument(apiOptions(yargs)).positional('mailbox', address),
  async run({ tenant, mailbox: held, ...given }, terminal) {
    terminal.ifStopped(`Nobody knows whether it is released: tenantpost status ${tenant} --mailbox ${held}`);
    const api = new Api(given, terminal.signal);
    const one = await api.ask(
      { method: 'POST', route: routes.releaseMailbox, path: { tenant, mailbox: held } },
      mailbox,
    );
    terminal.result(one, describeMailbox(one, terminal.style));
    return exitCodes.done;
  },
});
