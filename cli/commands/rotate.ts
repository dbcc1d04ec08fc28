/** `tenantpost rotate`: where the replacing of a certificate or secret stands, and what to do next. It changes nothing itself. */

import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { readCredentialReport } from '../credential-report.ts';
import { exitCodes } from '../exit-codes.ts';
import { BadNewsError, UsageError } from '../failure.ts';
import { pause } from '../pause.ts';
import { describeRotation, rotationOf } from '../rotation.ts';

export const rotate = command({
  form: 'rotate',
  summary: 'Where the replacing of a certificate or secret stands, and the next command',
  about:
    'Makes, registers and removes nothing itself: those rights stay with you. With --wait it looks on until the old one may go. docs/rotation.md has the whole of it.',
  examples: [
    [
      'rotate --client-id 5c2d9f4e-... --vault kv-tenantpost --name tenantpost',
      'The next command with your names in it',
    ],
    ['rotate --wait', 'Waits until the new one is in use and the old one may go'],
    ['rotate --json', 'The step, for a program'],
  ],
  endsWith:
    'Ends with 0 when there is nothing to do, or the old one may go; with 4 when a step is yours, or takes its time; with 3 when --wait took too long.',
  options: (yargs) =>
    apiOptions(yargs)
      .option('client-id', {
        type: 'string',
        requiresArg: true,
        describe: 'Client ID of the app registration, for the commands shown',
      })
      .option('vault', { type: 'string', requiresArg: true, describe: 'Name of the Key Vault, for the commands shown' })
      .option('name', {
        type: 'string',
        requiresArg: true,
        describe: 'Name of the certificate or secret in it, for the commands shown',
      })
      .option('wait', { type: 'boolean', default: false, describe: 'Look on until the old one may go' })
      .option('every', {
        type: 'number',
        default: 15,
        requiresArg: true,
        describe: 'With --wait, how many seconds between two looks',
      })
      .option('timeout', {
        type: 'number',
        default: 7200,
        requiresArg: true,
        describe: 'With --wait, how many seconds in all',
      })
      .check(({ every, timeout, 'client-id': clientId, vault, name }) => {
        if (!(every >= 1 && every <= 3600)) throw new UsageError('--every: seconds, from 1 to 3600.');
        if (!(timeout > 0 && timeout <= 604_800)) throw new UsageError('--timeout: seconds, from 1 to 604800.');
        // They become part of commands that people copy.
        if ([clientId, vault, name].some((one) => one !== undefined && !/^[\w.-]+$/.test(one))) {
          throw new UsageError('--client-id, --vault and --name: letters, digits, - and . only.');
        }
        return true;
      }),
  async run({ wait, every, timeout, clientId, vault, name, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    const names = { clientId: clientId ?? '<client id>', vault: vault ?? '<vault>', name: name ?? '<name>' };
    const until = Date.now() + timeout * 1000;
    terminal.ifStopped('Nothing was changed; the rotation goes on as it was.');
    let rotation = rotationOf(await readCredentialReport(api));
    while (wait && rotation.step !== 'done' && rotation.step !== 'remove-old') {
      if (Date.now() > until) {
        throw new BadNewsError({
          message: `Not over in time: ${rotation.why}`,
          remedy: 'tenantpost rotate says what is missing.',
        });
      }
      terminal.progress(`${rotation.step}: ${rotation.why}`);
      await pause(every * 1000, terminal.signal);
      rotation = rotationOf(await readCredentialReport(api));
    }
    const { commands, text } = describeRotation(rotation, names, terminal.style);
    terminal.result({ step: rotation.step, why: rotation.why, commands, report: rotation.report }, text);
    return rotation.step === 'done' || rotation.step === 'remove-old' ? exitCodes.done : exitCodes.notAllWell;
  },
});
