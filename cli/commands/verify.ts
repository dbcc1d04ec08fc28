/** `tenantpost verify`: a tenant whose administrator granted the permissions by other means than an invitation. */

import { routes } from '../../shared/names.ts';
import { Api, apiOptions } from '../api.ts';
import { command } from '../command.ts';
import { UsageError } from '../failure.ts';
import { tenantArgument } from '../tenant-argument.ts';
import { describeTenant, exitCodeOfTenant, rightNames, tenant as tenantSchema } from '../tenants.ts';

export const verify = command({
  form: 'verify <tenant>',
  summary: 'Takes a tenant in that consented in the portal or by its own tools',
  about: 'A fresh token of the tenant proves it, nothing else does. No mail is sent.',
  examples: [
    ['verify contoso.onmicrosoft.com', 'After “Grant admin consent” in the portal'],
    [
      'verify contoso.onmicrosoft.com --scoped --mailbox billing@contoso.example',
      'With RBAC for Applications, proved by that mailbox',
    ],
    ['verify contoso.onmicrosoft.com --right Mail.Send --right SMTP.SendAsApp', 'Both must be there'],
  ],
  endsWith: 'Ends with 0 when the tenant is active, with 4 when it is pending, with 3 when it is not.',
  several: ['right'],
  options: (yargs) =>
    tenantArgument(apiOptions(yargs))
      .option('mailbox', {
        type: 'string',
        requiresArg: true,
        describe: 'Address of a mailbox, by which a scoped tenant is proved',
      })
      .option('right', { choices: rightNames, array: true, describe: 'A permission that must be there; several times' })
      .option('scoped', {
        type: 'boolean',
        default: false,
        describe: 'Mailboxes are granted in Exchange, not by consent',
      })
      .check(({ scoped, mailbox }) => {
        if (scoped && mailbox === undefined)
          throw new UsageError('--mailbox: by which mailbox is a scoped tenant proved?');
        return true;
      }),
  async run({ tenant, mailbox, right, scoped, ...given }, terminal) {
    const body = {
      ...(mailbox !== undefined && { mailbox }),
      ...(right !== undefined && { rights: right }),
      ...(scoped && { scoped }),
    };
    const api = new Api(given, terminal.signal);
    terminal.ifStopped('Running it again does no harm.');
    const one = await api.ask({ method: 'POST', route: routes.verifyTenant, path: { tenant }, body }, tenantSchema);
    terminal.result(one, describeTenant(one, terminal.style));
    return exitCodeOfTenant(one);
  },
});
