/** `tenantpost console`: a link that opens the operator's console once. */

import { z } from 'zod';
import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openBrowser } from '../open-browser.ts';

const answer = z.looseObject({ link: z.url({ protocol: /^https?$/ }), expiresAt: z.string() });

export const consoleCommand = command({
  form: 'console',
  summary: 'Opens the operator’s console in a browser',
  about:
    'Asks the app for a link that works once and for a short while, so that no key stands in an address. Whoever has the link before you do has the console: do not pass it on.',
  examples: [
    ['console', 'Opens the browser'],
    ['console --print-url', 'Prints the link, for a browser elsewhere'],
  ],
  options: (yargs) =>
    apiOptions(yargs).option('print-url', {
      type: 'boolean',
      default: false,
      describe: 'Print the link, and open nothing',
    }),
  async run({ printUrl, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    const made = await api.ask({ method: 'POST', route: routes.consoleLinks }, answer);
    const isOpened = !printUrl && (await openBrowser(made.link));
    terminal.result({ ...made, opened: isOpened }, isOpened ? 'The console opens in the browser.' : made.link);
    if (!isOpened) terminal.note(`It works once, until ${made.expiresAt}.`);
    return exitCodes.done;
  },
});
