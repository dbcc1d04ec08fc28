/** What is wrong about Exchange's mail protocols, one row a fault. */

import { admin, noPrincipal, rule, type SeededFault, smtpOff, state, switched } from './seeds.ts';

export const exchangeFaults: readonly SeededFault[] = [
  {
    name: 'SMTP AUTH is off for the organisation',
    seed: smtpOff,
    ...{
      check: 'smtp-sign-in',
      code: 'SMTP_AUTH_DISABLED',
      ...admin,
      answered: /535 5\.7\.139/,
      meaning: /organisation/,
    },
  },
  {
    name: 'SMTP AUTH is off for the mailbox',
    seed: switched({ smtpClientAuthenticationDisabled: true }),
    ...{
      check: 'smtp-sign-in',
      code: 'SMTP_AUTH_DISABLED',
      ...admin,
      meaning: /this mailbox/,
      remedy: /Set-CASMailbox/,
    },
  },
  {
    name: 'security defaults switch SMTP AUTH off',
    seed(world, { id }) {
      const organization = world.state.exchangeOrganizations.find(({ tenantId }) => tenantId === id);
      if (organization) organization.securityDefaults = true;
    },
    ...{ check: 'smtp-sign-in', code: 'SMTP_AUTH_DISABLED', ...admin, meaning: /Security defaults/ },
  },
  {
    name: 'the service principal is not registered in Exchange',
    seed: noPrincipal,
    ...{ check: 'smtp-sign-in', code: 'EXCHANGE_PRINCIPAL_MISSING', ...admin, remedy: /^New-ServicePrincipal -AppId/ },
  },
  {
    name: 'the service principal has not arrived in Exchange yet',
    seed(world, { id }) {
      const principal = world.state.exchangeServicePrincipals.find(({ tenantId }) => tenantId === id);
      if (principal) principal.since = Date.now();
      const { exchangePropagation } = world.state;
      exchangePropagation.servicePrincipals = 600_000;
      return () => void (exchangePropagation.servicePrincipals = 0);
    },
    ...{ check: 'smtp-sign-in', code: 'EXCHANGE_PRINCIPAL_MISSING', ...admin, meaning: /not for long enough/ },
  },
  {
    name: 'the service principal has the object id of the app registration',
    seed(world, { id }) {
      const principal = world.state.exchangeServicePrincipals.find(({ tenantId }) => tenantId === id);
      if (principal) principal.objectId = crypto.randomUUID();
    },
    ...{ check: 'smtp-sign-in', code: 'EXCHANGE_PRINCIPAL_WRONG', ...admin, remedy: /^Get-ServicePrincipal/ },
  },
  {
    name: 'the same, where one mailbox is all that is known',
    async seed(world, tenant) {
      const principal = world.state.exchangeServicePrincipals.find(({ tenantId }) => tenantId === tenant.id);
      if (principal) principal.objectId = crypto.randomUUID();
      await state({ rights: ['Mail.Send', 'IMAP.AccessAsApp'], mailboxes: [tenant.post] })(world, tenant);
    },
    ...{
      check: 'imap-sign-in',
      code: 'MAILBOX_ACCESS_REFUSED',
      ...admin,
      remedy: /^In this order: Get-ServicePrincipal/,
    },
  },
  {
    name: 'FullAccess to the mailbox is missing',
    seed: (world, { id, post }) => world.without('mailboxPermissions', id, ({ mailbox }) => mailbox === post),
    ...{ check: 'smtp-sign-in', code: 'MAILBOX_PERMISSION_MISSING', ...admin, remedy: /^Add-MailboxPermission/ },
  },
  {
    name: 'SendAs is missing',
    seed: rule(({ id }) => ({
      ...{ service: 'smtp', operation: 'MAIL', tenantId: id },
      fault: { kind: 'reply', text: '550 5.7.60 SMTP; Client does not have permissions to send as this sender' },
    })),
    ...{ check: 'send-as', code: 'SEND_AS_MISSING', ...admin, remedy: /^Add-RecipientPermission/ },
  },
  {
    name: 'IMAP is off for the mailbox',
    seed: switched({ imapEnabled: false }),
    ...{ check: 'imap-sign-in', code: 'PROTOCOL_DISABLED', ...admin, remedy: /-ImapEnabled \$true/ },
  },
  {
    name: 'POP3 is off for the mailbox',
    seed: switched({ popEnabled: false }),
    ...{ check: 'pop-sign-in', code: 'PROTOCOL_DISABLED', ...admin, remedy: /-PopEnabled \$true/ },
  },
];
