/** `tenantpost token`: a token straight from Entra, to see what is in it. */

import { command } from '../command.ts';
import { clientIdOf } from '../direct/client-id.ts';
import { endpointsOf } from '../direct/endpoints.ts';
import { cloudOptions, credentialOptions } from '../direct/options.ts';
import { tenantIdOf } from '../direct/tenant.ts';
import { exitCodes } from '../exit-codes.ts';
import { columns } from '../terminal/columns.ts';

export const token = command({
  form: 'token',
  summary: 'Gets a token straight from Entra and says what is in it',
  about:
    'Needs no app of ours and no Azure: one tenant, one app registration, one secret or certificate. Shows the claims; the token itself, which is as good as a password until it ends, only with --raw.',
  examples: [
    [
      'token --tenant contoso.onmicrosoft.com --client-id 5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10',
      'What the app may do by Graph; asks for the secret',
    ],
    [
      'token --tenant contoso.onmicrosoft.com --client-id 5c2d9f4e-... --resource outlook --certificate app.pem',
      'What it may do by SMTP, IMAP and POP, proved by a certificate',
    ],
    [
      'token --tenant contoso.onmicrosoft.com --client-id 5c2d9f4e-... --secret-file secret --raw',
      'The token, for curl',
    ],
  ],
  endsWith: 'Ends with 4 when the token carries no application permission.',
  options: (yargs) =>
    credentialOptions(cloudOptions(yargs))
      .option('tenant', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Tenant ID, or a domain of the tenant',
      })
      .option('client-id', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Application (client) ID of the app registration',
      })
      .option('resource', {
        choices: ['graph', 'outlook'] as const,
        default: 'graph' as const,
        describe: 'What the token is for: Graph, or SMTP, IMAP and POP',
      })
      .option('raw', { type: 'boolean', default: false, describe: 'Print the token itself' }),
  async run(given, terminal) {
    const { signal, style } = terminal;
    const endpoints = endpointsOf(given);
    const clientId = clientIdOf(given.clientId);
    const tenantId = await tenantIdOf(given.tenant, endpoints, signal);
    const { requestToken } = await import('../direct/request-token.ts');
    const { claims, value, roles } = await requestToken(clientId, given, endpoints, {
      tenantId,
      resource: given.resource,
      signal,
    });
    if (given.raw) {
      terminal.warn(
        'whoever has this token can use it until it ends: nobody can take it back. Keep it out of files and logs.',
      );
      terminal.result({ token: value, claims }, value);
    } else {
      const { explained } = await import('../direct/claims.ts');
      terminal.result(
        { claims },
        columns(explained(claims, Date.now()).map(([name = '', ...others]) => [style.bold(name), ...others])),
      );
    }
    if (roles.length > 0) return exitCodes.done;
    terminal.note(
      'It carries no application permission. Grant them admin consent (tenantpost consent); right after that it takes minutes. It is as it should be where RBAC for Applications in Exchange gives the right.',
    );
    return exitCodes.notAllWell;
  },
});
