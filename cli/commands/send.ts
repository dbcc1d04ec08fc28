/** `tenantpost send`: one mail, by the app or straight to Microsoft. */

import { apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { cloudOptions, credentialOptions } from '../direct/options.ts';
import { UsageError } from '../failure.ts';
import { mailOptions } from '../mail/options.ts';

export const send = command({
  form: 'send',
  summary: 'Sends a mail: by the app, or straight to Microsoft with --client-id',
  about:
    'By the app it is queued, paced, sent once and accounted for. With --client-id it goes from here to Microsoft, with a secret or a certificate and no Azure at all: nothing is queued or kept, and a second call is a second mail.',
  examples: [
    [
      'send --tenant 11111111-aaaa-... --from billing@contoso.example --to anna@customer.example --subject Hello --text "It works." --wait',
      'By the app, and says what became of it',
    ],
    [
      'send --tenant contoso.onmicrosoft.com --client-id 5c2d9f4e-... --from billing@contoso.example --to anna@customer.example --subject Hello --text "It works."',
      'Straight to Graph; asks for the secret',
    ],
    [
      'send --client-id 5c2d9f4e-... --certificate app.pfx --transport smtp --job mail.json',
      'A whole mail job, over SMTP',
    ],
    ['send --job - --id invoice-4711 < mail.json', 'The same id is sent once, however often this runs'],
  ],
  endsWith:
    'Ends with 3 when the mail was refused or failed, with 4 when it still waits at the end of --wait, with 5 when it may have left.',
  several: ['to', 'cc', 'bcc', 'reply-to', 'attach'],
  options: (yargs) =>
    credentialOptions(cloudOptions(apiOptions(mailOptions(yargs))))
      .option('tenant', {
        type: 'string',
        requiresArg: true,
        group: 'The mail:',
        describe: 'Tenant ID of the mailbox; a domain too with --client-id',
      })
      .option('wait', {
        type: 'boolean',
        default: false,
        group: 'The app:',
        describe: 'Wait until it has left, or never will',
      })
      .option('timeout', {
        type: 'number',
        default: 300,
        requiresArg: true,
        group: 'The app:',
        describe: 'How many seconds --wait waits',
      })
      .option('client-id', {
        type: 'string',
        requiresArg: true,
        group: 'The credential:',
        describe: 'Application (client) ID of the app registration: sends straight to Microsoft',
      })
      .check((given) => {
        const {
          'client-id': clientId,
          'secret-file': secretFile,
          url,
          key,
          wait,
          certificate,
          timeout,
          job,
          save,
        } = given;
        if (!(timeout > 0 && timeout <= 86_400)) throw new UsageError('--timeout: seconds, from 1 to 86400.');
        if (clientId !== undefined && (url !== undefined || key !== undefined || wait)) {
          throw new UsageError('--url, --key and --wait are for the app; --client-id goes past it.');
        }
        if (clientId === undefined && (secretFile !== undefined || certificate !== undefined)) {
          throw new UsageError('--client-id: of which app is the credential?');
        }
        const direct = ['authority', 'graph-url', 'smtp-host', 'graph-resource', 'outlook-resource'] as const;
        const alone =
          direct.find((name) => given[name] !== undefined) ?? (given.cloud === 'public' ? undefined : 'cloud');
        if (clientId === undefined && alone !== undefined) {
          throw new UsageError(`--${alone}: goes with --client-id; the app has settings of its own.`);
        }
        if (job !== undefined && !save) {
          throw new UsageError('--no-save: in a whole mail job it is said by saveToSentItems.');
        }
        return true;
      }),
  async run(given, terminal) {
    const { clientId, ...others } = given;
    if (clientId === undefined) return (await import('./send-by-app.ts')).sendByApp(given, terminal);
    return (await import('./send-directly.ts')).sendStraight({ ...others, clientId }, terminal);
  },
});
