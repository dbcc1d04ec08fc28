/** Two faults at once, neither the cause of the other: the outer one is the cause, and the other is named where it can be told. */

import {
  admin,
  all,
  clock,
  down,
  noConsent,
  noPrincipal,
  operator,
  rule,
  type SeededFault,
  smtpOff,
  switched,
  unlicensed,
  withoutRole,
} from './seeds.ts';

export const pairedFaults: readonly SeededFault[] = [
  {
    name: 'no consent, and SMTP AUTH is off',
    seed: all(noConsent, smtpOff),
    ...{ check: 'consent', code: 'APP_NOT_IN_TENANT', ...admin },
  },
  {
    name: 'the identity has no role on the vault, and the tenant is unknown here',
    seed: all(rule({ service: 'vault', fault: { kind: 'answer', status: 403 } }), (world, { id }) => world.forget(id)),
    ...{ check: 'vault', code: 'VAULT_REFUSED', ...operator, withoutSince: true },
  },
  {
    name: 'the mailbox has no licence, and no service principal is registered',
    seed: all(unlicensed, noPrincipal),
    ...{ check: 'mailbox', code: 'MAILBOX_UNLICENSED', ...admin },
  },
  {
    name: 'SMTP AUTH is off, and IMAP is off for the mailbox',
    seed: all(smtpOff, switched({ imapEnabled: false })),
    ...{ check: 'smtp-sign-in', code: 'SMTP_AUTH_DISABLED', ...admin, also: ['imap-sign-in', 'PROTOCOL_DISABLED'] },
  },
  {
    name: 'Graph is away, and no service principal is registered',
    seed: all(down('graph'), noPrincipal),
    ...{
      check: 'graph-connection',
      code: 'GRAPH_UNAVAILABLE',
      ...operator,
      also: ['imap-sign-in', 'MAIL_SIGN_IN_REFUSED'],
    },
  },
  {
    name: 'SMTP.SendAsApp was not granted, and POP3 is off for the mailbox',
    seed: all(withoutRole('SMTP.SendAsApp'), switched({ popEnabled: false })),
    ...{ check: 'roles', code: 'ROLE_MISSING', ...admin, also: ['pop-sign-in', 'PROTOCOL_DISABLED'] },
  },
  {
    name: 'the clock is wrong, and POP3 is away',
    seed: all(clock('entra', -1800), clock('graph', -1800), down('pop')),
    ...{ check: 'clock', code: 'CLOCK_WRONG', ...operator },
  },
];
