/** `tenantpost backup`: tenants, consents, invitations and outcomes as a file. */

import type { Argv } from 'yargs';
import { command, type CommonArguments } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { fileOf } from '../variables.ts';

/** Of `backup` and `restore`. */
export function accountOptions<T extends CommonArguments>(yargs: Argv<T>) {
  return yargs
    .option('account', {
      type: 'string',
      requiresArg: true,
      describe: 'Name of the storage account; or the variable AZURE_STORAGE_CONNECTION_STRING',
    })
    .option('table-url', {
      type: 'string',
      requiresArg: true,
      describe: 'Address of its table service, where that is not https://<account>.table.core.windows.net',
    })
    .check(({ account, 'table-url': url }) => {
      if (account !== undefined && !/^[a-z0-9]{3,24}$/.test(account)) {
        throw new UsageError('--account: the name of a storage account, 3 to 24 lower-case letters and digits.');
      }
      if (url !== undefined && !/^https:\/\/[^/?#]+(?:\/[a-z0-9]+)?$/.test(url)) {
        throw new UsageError('--table-url: an https address without a slash at its end.');
      }
      return true;
    });
}

export const backup = command({
  form: 'backup <file>',
  summary: 'Writes tenants, consents, invitations and outcomes into a file',
  about:
    'Asks the tables themselves, as you are signed in to the Azure CLI (az login) with the role Storage Table Data Reader. The file has a line of JSON for each row, names tenants and mailboxes, and with --with-poison holds mail that was not sent: keep it as you keep that. docs/recovery.md says what it is good for.',
  examples: [
    ['backup tables.jsonl --account sttenantpost', 'What cannot be had anew'],
    ['backup tables.jsonl --account sttenantpost --with-poison', 'And the mail that did not leave'],
  ],
  options: (yargs) =>
    accountOptions(yargs)
      .positional('file', { type: 'string', demandOption: true, describe: 'File that is not there yet' })
      .option('with-poison', {
        type: 'boolean',
        default: false,
        describe: 'Also the mail that did not leave, with its recipients and content',
      }),
  async run({ file, withPoison, ...given }, terminal) {
    const { tableAccount } = await import('../direct/table-account.ts');
    const { backUp } = await import('../direct/back-up.ts');
    const { tableTrouble } = await import('../direct/table-trouble.ts');
    const rows = await tableTrouble(
      backUp({
        account: tableAccount(given),
        file: fileOf(file),
        withPoison,
        signal: terminal.signal,
        onRows: (count) => terminal.progress(`${count} rows so far`),
      }),
      'Storage Table Data Reader',
    );
    const said = Object.entries(rows).map(([table, count]) => `${count} of ${table}`);
    terminal.result({ file, rows }, `${file}: ${said.join(', ')}.`);
    return exitCodes.done;
  },
});
