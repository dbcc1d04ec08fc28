/** `tenantpost doctor`: what keeps a tenant, or a mailbox of it, from sending, and who must do what about it. */

import { z } from 'zod';
import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { CannotAskError } from '../failure.ts';
import { tenantArgument } from '../tenant-argument.ts';
import { fields } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';

const finding = z.looseObject({
  check: z.string(),
  state: z.enum(['ok', 'warning', 'failed', 'skipped']),
  tried: z.string(),
  answered: z.string().optional(),
  code: z.string().optional(),
  meaning: z.string().optional(),
  remedy: z.string().optional(),
  owner: z.string().optional(),
  arrivesWithin: z.string().optional(),
  since: z.string().optional(),
});
type Finding = z.infer<typeof finding>;

const report = z.looseObject({
  tenant: z.string(),
  mailbox: z.string().nullable(),
  checkedAt: z.string(),
  verdict: z.enum(['ok', 'warning', 'failed']),
  cause: finding.nullable(),
  findings: z.array(finding),
});

export const doctor = command({
  form: 'doctor <tenant> [mailbox]',
  summary: 'Finds out why mail does not leave, and who must do what',
  about: 'Looks from the outside in, from settings and DNS to the mailbox’s own rights. It changes nothing.',
  examples: [
    ['doctor contoso.onmicrosoft.com', 'The installation and the tenant'],
    [
      'doctor contoso.onmicrosoft.com billing@contoso.example',
      'And a mailbox: Graph, and SMTP, IMAP and POP where they are in use',
    ],
    [
      'doctor contoso.onmicrosoft.com billing@contoso.example --send me@vendor.example',
      'And sends a real message there',
    ],
    ['doctor contoso.onmicrosoft.com --json | jq .cause', 'For a program'],
  ],
  endsWith: 'Ends with 0 when all is well, with 4 when it warns, with 3 when something keeps mail from leaving.',
  options: (yargs) =>
    tenantArgument(apiOptions(yargs))
      .positional('mailbox', { type: 'string', describe: 'Address of a mailbox' })
      .option('send', { type: 'string', requiresArg: true, describe: 'Send a real message to this address' })
      .option('all', { type: 'boolean', default: false, describe: 'Show what was not tried as well' })
      .implies('send', 'mailbox'),
  async run({ tenant, mailbox, send: sendTo, all, ...given }, terminal) {
    const api = new Api(given, terminal.signal);
    const body = { ...(mailbox !== undefined && { mailbox }), ...(sendTo !== undefined && { sendTo }) };
    if (sendTo !== undefined) terminal.ifStopped('The message may have been sent.');
    terminal.progress(`Examining ${tenant}${mailbox === undefined ? '' : ` and ${mailbox}`}, which may take a minute`);
    const asked = api.ask({ method: 'POST', route: routes.checks, path: { tenant }, body }, report);
    const answer = await asked.catch((error: unknown) => {
      if (sendTo === undefined || !(error instanceof CannotAskError)) throw error;
      const message = `${error.message} The message may have been sent.`;
      throw new CannotAskError({ ...error.problem, message }, { cause: error });
    });
    const { findings, verdict, cause, checkedAt } = answer;
    const { style } = terminal;
    const shown = findings.filter(({ state }) => all || state !== 'skipped');
    const lines = [
      `${style.bold(answer.tenant)}${answer.mailbox === null ? '' : ` ${answer.mailbox}`}, as of ${checkedAt}`,
      '',
      ...shown.map((one) => block(one, style)),
      '',
      cause === null
        ? style.good('All is well.')
        : `${verdict === 'failed' ? style.bad('Mend this first:') : style.warn('Look after this:')} ${cause.remedy ?? cause.check}`,
    ];
    terminal.result(answer, lines.join('\n'));
    const left = findings.length - shown.length;
    if (left > 0) terminal.note(`${left} more were not tried: --all says why.`);
    return { ok: exitCodes.done, warning: exitCodes.notAllWell, failed: exitCodes.badNews }[verdict];
  },
});

const marks = { ok: 'ok  ', warning: 'warn', failed: 'FAIL', skipped: '-   ' } as const;

function block(one: Finding, style: Style): string {
  const { check, state, tried, answered, code, meaning, remedy, owner, arrivesWithin, since } = one;
  const paint = { ok: style.good, warning: style.warn, failed: style.bad, skipped: style.dim }[state];
  const head = `${paint(marks[state])}  ${check.padEnd(24)} ${tried}`;
  if (state === 'ok' || state === 'skipped') return head;
  const facts = fields(
    [
      ['answered', answered],
      ['code', code],
      ['meaning', meaning],
      ['remedy', remedy],
      ['by whom', owner === undefined ? undefined : `the ${owner}`],
      ['arrives', arrivesWithin === undefined ? undefined : `within ${arrivesWithin}`],
      ['since', since],
    ],
    '      ',
  );
  return facts === '' ? head : `${head}\n${facts}`;
}
