/** `tenantpost invite`: a link for a tenant's administrator. */

import { z } from 'zod';
import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { isTenantName } from '../tenant-argument.ts';
import { invitation, rightNames } from '../tenants.ts';
import { fields } from '../terminal/columns.ts';

const made = invitation.extend({ link: z.url({ protocol: /^https?$/ }), rights: z.array(z.string()) });

export const invite = command({
  form: 'invite [tenant]',
  summary: 'Makes a link that a tenant’s administrator consents with',
  about:
    'The link works once, until it expires, and is told this once: whoever has it can consent in the tenant’s name. Without a tenant whichever consents is taken.',
  examples: [
    ['invite contoso.onmicrosoft.com', 'For Contoso, who may send by Graph then'],
    [
      'invite contoso.onmicrosoft.com --right Mail.Send --right SMTP.SendAsApp --mailbox billing@contoso.example',
      'SMTP too',
    ],
    [
      'invite contoso.onmicrosoft.com --scoped --mailbox billing@contoso.example',
      'By RBAC for Applications: that mailbox and no other',
    ],
    ['invite --expires-in-hours 24 --json | jq -r .link', 'For whoever gets the link'],
  ],
  several: ['right', 'mailbox'],
  options: (yargs) =>
    apiOptions(yargs)
      .positional('tenant', {
        type: 'string',
        describe: 'Tenant ID, or a domain of the tenant; any tenant if left out',
      })
      .option('right', {
        choices: rightNames,
        array: true,
        describe: 'A permission to ask for; what the installation uses if left out. Several times',
      })
      .option('mailbox', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'Address of a mailbox concerned; several times',
      })
      .option('scoped', {
        type: 'boolean',
        default: false,
        describe: 'Mailboxes are granted in Exchange, not by consent',
      })
      .option('return-url', {
        type: 'string',
        requiresArg: true,
        describe: 'Where the administrator may go on afterwards',
      })
      .option('expires-in-hours', { type: 'number', requiresArg: true, describe: 'From 1 to 720; 72 if left out' })
      .check(({ tenant, 'expires-in-hours': hours }) => {
        if (hours !== undefined && !Number.isInteger(hours))
          throw new UsageError('--expires-in-hours: a whole number.');
        return tenant === undefined || isTenantName(tenant);
      }),
  async run({ tenant, right, mailbox, scoped, returnUrl, expiresInHours, ...given }, terminal) {
    const body = {
      ...(tenant !== undefined && { tenant }),
      ...(right !== undefined && { rights: right }),
      ...(mailbox !== undefined && { mailboxes: mailbox }),
      ...(scoped && { scoped }),
      ...(returnUrl !== undefined && { returnUrl }),
      ...(expiresInHours !== undefined && { expiresInHours }),
    };
    const api = new Api(given, terminal.signal);
    terminal.ifStopped('There may be an invitation that nobody has the link of: tenantpost invitations shows it.');
    const one = await api.ask({ method: 'POST', route: routes.invitations, body }, made);
    const facts = fields([
      ['for', one.domain ?? one.tenant ?? 'whichever tenant consents'],
      ['rights', one.rights.join(', ') || undefined],
      ['until', one.expiresAt],
      ['id', one.id],
    ]);
    terminal.result(one, `${one.link}\n${facts}`);
    terminal.note(
      'Send the link to an administrator of the tenant. It works once. To take it back: tenantpost invitations --revoke ' +
        one.id,
    );
    return exitCodes.done;
  },
});
