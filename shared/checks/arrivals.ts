/**
 * How long a remedy takes to be seen everywhere. Microsoft promises little of this: where it gives a figure, that is the one
 * here, and elsewhere what people report, said as such.
 */

import type { ErrorCode } from '../errors.ts';

const consent = 'minutes as a rule, up to an hour';

// https://learn.microsoft.com/exchange/permissions-exo/application-rbac#limitations
const applicationRbac = '30 minutes to 2 hours';

// Reported with https://github.com/simonrob/email-oauth2-proxy/discussions/288; Microsoft names no figure.
const exchangePermissions = '15 to 30 minutes as people report, at times an hour';

export const arrivals: Readonly<Partial<Record<ErrorCode, string>>> = {
  APP_NOT_IN_TENANT: consent,
  ROLE_MISSING: consent,
  APP_BLOCKED: consent,
  SCOPE_WITHOUT_EFFECT: consent,
  RESOURCE_NOT_IN_TENANT: 'up to a day after a licence was bought',
  CREDENTIAL_REFUSED: 'minutes after the certificate or secret is on the registration',
  FEDERATION_REFUSED: 'minutes after the federated credential is changed',
  // https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
  VAULT_REFUSED: 'up to 10 minutes after a role was assigned',
  TENANT_PENDING: 'the next run of the timer',
  MAILBOX_UNLICENSED: 'minutes as a rule, up to a day for a new mailbox',
  MAILBOX_OUT_OF_SCOPE: applicationRbac,
  SEND_FORBIDDEN: applicationRbac,
  MAIL_READ_MISSING: consent,
  EXCHANGE_PRINCIPAL_MISSING: exchangePermissions,
  EXCHANGE_PRINCIPAL_WRONG: exchangePermissions,
  MAILBOX_PERMISSION_MISSING: exchangePermissions,
  MAILBOX_ACCESS_REFUSED: exchangePermissions,
  MAIL_SIGN_IN_REFUSED: exchangePermissions,
  SMTP_AUTH_REFUSED: exchangePermissions,
  SEND_AS_MISSING: exchangePermissions,
  SMTP_AUTH_DISABLED: 'minutes as people report, at times an hour',
  PROTOCOL_DISABLED: 'minutes as people report, at times an hour',
  MAILBOX_HELD: 'at once',
  MAILBOX_PACED: 'by itself, within a minute',
  MAILBOX_QUOTA: 'by itself, within a day',
  MAILBOX_FULL: 'as soon as there is room',
  // https://learn.microsoft.com/defender-office-365/outbound-spam-restore-restricted-users
  MAILBOX_BLOCKED: 'an hour as a rule, up to 24 hours',
};
