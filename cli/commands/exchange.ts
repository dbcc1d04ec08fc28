/** `tenantpost exchange`: the PowerShell that a tenant's Exchange administrator runs, with this tenant's values in it. */

import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { tenantArgument } from '../tenant-argument.ts';
import { rightNames } from '../tenants.ts';
import { readGiven } from '../variables.ts';

export const exchange = command({
  form: 'exchange <tenant>',
  summary: 'Prints the Exchange PowerShell that a tenant’s administrator runs',
  about:
    'The object id in it is that of the enterprise application in the tenant, which people mistake for that of the app registration. commands: line by line. script: looks before it changes, and may run again. scoped: RBAC for Applications, the least that does. undo: takes it all back.',
  examples: [
    ['exchange contoso.onmicrosoft.com --mailbox billing@contoso.example', 'For one mailbox'],
    [
      'exchange contoso.onmicrosoft.com --mailboxes-from addresses.txt --form script > set-up.ps1',
      'For many, as a script',
    ],
    [
      'exchange contoso.onmicrosoft.com --mailbox billing@contoso.example --form scoped --right Mail.Send',
      'Nothing but that mailbox',
    ],
    ['exchange contoso.onmicrosoft.com --mailbox billing@contoso.example --form undo', 'To withdraw it'],
  ],
  several: ['right', 'mailbox'],
  options: (yargs) =>
    tenantArgument(apiOptions(yargs))
      .option('mailbox', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'Address of a mailbox; several times',
      })
      .option('mailboxes-from', {
        type: 'string',
        requiresArg: true,
        describe: 'File with an address a line, - for standard input; # begins a comment',
      })
      .option('form', {
        choices: ['commands', 'script', 'scoped', 'undo'] as const,
        describe: 'What to print; scoped for a tenant that was invited so, else commands',
      })
      .option('group', {
        type: 'string',
        requiresArg: true,
        describe: 'With --form scoped: address of the group whose members are the mailboxes',
      })
      .option('right', {
        choices: rightNames,
        array: true,
        describe: 'What it is for; what the tenant was asked for if left out. Several times',
      }),
  async run({ tenant, mailbox = [], mailboxesFrom, form, right = [], group, ...given }, terminal) {
    const mailboxes = [...mailbox, ...(mailboxesFrom === undefined ? [] : await addressesIn(mailboxesFrom))];
    const api = new Api(given, terminal.signal);
    const text = await api.askText({
      route: routes.exchange,
      path: { tenant },
      query: [
        ...mailboxes.map((one) => ['mailbox', one] as const),
        ['form', form],
        ...right.map((one) => ['right', one] as const),
        ['group', group],
      ],
    });
    terminal.result({ tenant, form: form ?? null, mailboxes, powershell: text }, text.trimEnd());
    return exitCodes.done;
  },
});

async function addressesIn(file: string): Promise<string[]> {
  const lines = (await readGiven(file, '--mailboxes-from')).toString('utf8').split(/\r?\n/);
  const addresses = lines.map((line) => line.replace(/#.*$/, '').trim()).filter((line) => line !== '');
  if (addresses.length > 0) return addresses;
  throw new UsageError('--mailboxes-from: the file holds no address.');
}
