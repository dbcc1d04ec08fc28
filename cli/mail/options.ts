/** The options that say what a mail is. */

import type { Argv } from 'yargs';

const group = 'The mail:';
const text = { type: 'string', requiresArg: true, group } as const;
const several = { ...text, array: true } as const;

export function mailOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('from', { ...text, describe: 'Address of the mailbox that sends' })
    .option('to', {
      ...several,
      describe: 'A recipient, as anna@customer.example or "Anna <anna@customer.example>"; several times',
    })
    .option('cc', { ...several, describe: 'As --to' })
    .option('bcc', { ...several, describe: 'As --to; the others do not see them' })
    .option('reply-to', { ...several, describe: 'Where answers go' })
    .option('subject', { ...text, describe: 'One line' })
    .option('text', { ...text, describe: 'The body as plain text' })
    .option('text-file', { ...text, describe: 'File with the plain text, - for standard input' })
    .option('html-file', { ...text, describe: 'File with the body as HTML, - for standard input' })
    .option('attach', { ...several, describe: 'A file to attach; several times' })
    .option('importance', {
      choices: ['low', 'normal', 'high'] as const,
      group,
      describe: 'What mail programs mark it with',
    })
    .option('save', {
      type: 'boolean',
      default: true,
      group,
      describe: 'Keep a copy in Sent Items; --no-save keeps none',
    })
    .option('id', { ...text, describe: 'The idempotency key: the same id is sent once. Made up if left out' })
    .option('job', {
      ...text,
      describe: 'File with a whole mail job in JSON (docs/mail-job.md), - for standard input, in place of the above',
    })
    .option('transport', {
      choices: ['graph', 'smtp'] as const,
      default: 'graph' as const,
      group,
      describe: 'How it leaves',
    })
    .conflicts('text', 'text-file')
    .conflicts('job', [
      'from',
      'to',
      'cc',
      'bcc',
      'reply-to',
      'subject',
      'text',
      'text-file',
      'html-file',
      'attach',
      'importance',
    ]);
}

export interface MailArguments {
  readonly tenant: string | undefined;
  readonly from: string | undefined;
  readonly to: readonly string[] | undefined;
  readonly cc: readonly string[] | undefined;
  readonly bcc: readonly string[] | undefined;
  readonly replyTo: readonly string[] | undefined;
  readonly subject: string | undefined;
  readonly text: string | undefined;
  readonly textFile: string | undefined;
  readonly htmlFile: string | undefined;
  readonly attach: readonly string[] | undefined;
  readonly importance: 'low' | 'normal' | 'high' | undefined;
  readonly save: boolean;
  readonly id: string | undefined;
  readonly job: string | undefined;
}
