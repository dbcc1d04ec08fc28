/** `tenantpost credential`: what proves the app now, and whether an old certificate or secret may be removed. */

import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { describeReport, readCredentialReport } from '../credential-report.ts';
import { exitCodes } from '../exit-codes.ts';

export const credential = command({
  form: 'credential',
  summary: 'What proves the app, and whether an old certificate or secret may go',
  about:
    'Tells of every certificate or secret that the app has or had: whether it is in use, until when it lasts, and whether it may be removed from the app registration.',
  examples: [
    ['credential', 'For people'],
    ['credential --json | jq ".proofs[] | {id, daysLeft}"', 'For a program'],
  ],
  endsWith:
    'Ends with 0 when nothing old is in use any more, with 3 when something old is still needed, or nobody can tell.',
  options: (yargs) => apiOptions(yargs),
  async run(given, terminal) {
    const report = await readCredentialReport(new Api(given, terminal.signal));
    terminal.result(report, describeReport(report, terminal.style));
    return report.oldStillNeeded ? exitCodes.badNews : exitCodes.done;
  },
});
