/** `tenantpost restore`: what a backup has and the tables have not. */

import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { fileOf } from '../variables.ts';
import { accountOptions } from './backup.ts';

export const restore = command({
  form: 'restore <file>',
  summary: 'Writes the rows of a backup where there are none',
  about:
    'A row that is there is newer, and stays as it is: an outcome says that a mail was sent, and would be forgotten. Stop the app before. Needs the role Storage Table Data Contributor, for as long as it takes. docs/recovery.md has the steps around it.',
  examples: [['restore tables.jsonl --account sttenantpost2', 'Into the tables of a new account']],
  options: (yargs) =>
    accountOptions(yargs).positional('file', { type: 'string', demandOption: true, describe: 'File of a backup' }),
  async run({ file, ...given }, terminal) {
    const { tableAccount } = await import('../direct/table-account.ts');
    const { restore: write } = await import('../direct/restore.ts');
    const { tableTrouble } = await import('../direct/table-trouble.ts');
    terminal.ifStopped('Run it again: what was written stays, and is not written twice.');
    const { written, kept } = await tableTrouble(
      write({
        account: tableAccount(given),
        file: fileOf(file),
        signal: terminal.signal,
        onRows: (count) => terminal.progress(`${count} rows so far`),
      }),
      'Storage Table Data Contributor',
    );
    terminal.result({ written, kept }, `${written} rows written; ${kept} were there, and stay as they are.`);
    return exitCodes.done;
  },
});
