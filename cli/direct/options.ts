/** The options of whoever asks Microsoft itself: which app, in which cloud, and what proves it. */

import type { Argv } from 'yargs';
import { cloudNames } from '../../shared/clouds.ts';

const cloudGroup = 'The cloud:';
const credentialGroup = 'The credential:';

export function cloudOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('cloud', {
      choices: cloudNames,
      default: 'public' as const,
      group: cloudGroup,
      describe: 'Which of Microsoft’s clouds',
    })
    .option('authority', {
      type: 'string',
      requiresArg: true,
      group: cloudGroup,
      describe: 'Address of Entra, in place of the cloud’s',
    })
    .option('graph-url', {
      type: 'string',
      requiresArg: true,
      group: cloudGroup,
      describe: 'Address of Graph, in place of the cloud’s',
    })
    .option('smtp-host', {
      type: 'string',
      requiresArg: true,
      group: cloudGroup,
      describe: 'Host and port of the SMTP server, in place of the cloud’s',
    })
    .option('graph-resource', {
      type: 'string',
      requiresArg: true,
      group: cloudGroup,
      describe: 'Identifier URI that tokens for Graph are asked for with',
    })
    .option('outlook-resource', {
      type: 'string',
      requiresArg: true,
      group: cloudGroup,
      describe: 'Identifier URI that tokens for SMTP, IMAP and POP are asked for with',
    });
}

export function credentialOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('secret-file', {
      type: 'string',
      requiresArg: true,
      group: credentialGroup,
      describe:
        'File with the client secret, - for standard input; or the variable TPCLI_CLIENT_SECRET. A terminal is asked for it where nothing is given',
    })
    .option('certificate', {
      type: 'string',
      requiresArg: true,
      group: credentialGroup,
      describe:
        'File with the certificate and its private key, PEM or PKCS#12; its password in TPCLI_CERTIFICATE_PASSWORD, or at the terminal',
    })
    .option('certificate-key', {
      type: 'string',
      requiresArg: true,
      group: credentialGroup,
      describe: 'File with the private key in PEM, where it is not in the file of the certificate',
    })
    .conflicts('secret-file', ['certificate', 'certificate-key']);
}

export interface CloudArguments {
  readonly cloud: (typeof cloudNames)[number];
  readonly authority: string | undefined;
  readonly graphUrl: string | undefined;
  readonly smtpHost: string | undefined;
  readonly graphResource: string | undefined;
  readonly outlookResource: string | undefined;
}

export interface CredentialArguments {
  readonly secretFile: string | undefined;
  readonly certificate: string | undefined;
  readonly certificateKey: string | undefined;
}
