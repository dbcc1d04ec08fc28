/** Every name of a table, queue, container, function and key that more than one part of the project must spell alike. */

export const tables = {
  tenants: 'tenants',
  consents: 'consents',
  invitations: 'invitations',
  /** Outcomes, poison and the mailboxes' gates: one partition a tenant. */
  mail: 'mail',
  tokens: 'tokens',
  credentials: 'credentials',
  /** Since when a check of the doctor has failed. */
  checks: 'checks',
} as const;

export const queues = {
  mailGraph: 'mail-graph',
  mailSmtp: 'mail-smtp',
  /** What has been looked at and waits for its turn: behind a blast's new messages, first in and first out, it would miss it. */
  mailGraphDue: 'mail-graph-due',
  mailSmtpDue: 'mail-smtp-due',
  /** Where the Functions host copies what failed five times without a word of ours. */
  mailGraphPoison: 'mail-graph-poison',
  mailSmtpPoison: 'mail-smtp-poison',
  mailGraphDuePoison: 'mail-graph-due-poison',
  mailSmtpDuePoison: 'mail-smtp-due-poison',
} as const;

/** Of each transport: where jobs arrive, and where they wait for their turn. */
export const sendQueues = {
  graph: { intake: queues.mailGraph, due: queues.mailGraphDue },
  smtp: { intake: queues.mailSmtp, due: queues.mailSmtpDue },
} as const;

export const containers = {
  /** Content that is too large for a queue message. */
  mailContent: 'mail-content',
} as const;

/** The prefix of the storage settings, shared with the Functions host itself. */
export const storageConnection = 'AzureWebJobsStorage';

/** As in host.json. */
export const routePrefix = 'api';

/** Below the prefix. */
export const routes = {
  invitations: 'invitations',
  revokeInvitation: 'invitations/{id}/revoke',
  tenants: 'tenants',
  tenant: 'tenants/{tenant}',
  verifyTenant: 'tenants/{tenant}/verify',
  consentStart: 'consent/start',
  consentCallback: 'consent/callback',
  consentInvitation: 'consent/invitation',
  consentResult: 'consent/result',
  consentStatus: 'consent/status',
  tenantPage: 'tenant',
  tenantLinks: 'tenants/{tenant}/links',
  health: 'health',
  credential: 'credential',
  mailJobs: 'mail-jobs',
  mailJob: 'mail-jobs/{tenant}/{id}',
  cancelMailJob: 'mail-jobs/{tenant}/{id}/cancel',
  replayMailJob: 'mail-jobs/{tenant}/{id}/replay',
  mailContent: 'mail-content',
  poison: 'poison',
  mailbox: 'mailboxes/{tenant}/{mailbox}',
  holdMailbox: 'mailboxes/{tenant}/{mailbox}/hold',
  releaseMailbox: 'mailboxes/{tenant}/{mailbox}/release',
  delivery: 'tenants/{tenant}/delivery',
  exchange: 'tenants/{tenant}/exchange',
  checks: 'tenants/{tenant}/checks',
  overview: 'overview',
  consoleLinks: 'console/links',
  endConsoleSessions: 'console/sessions/end',
  console: 'console',
  consoleOpen: 'console/open',
  consoleClose: 'console/close',
  consoleTenants: 'console/tenants',
  consoleTenant: 'console/tenants/{tenant}',
  consoleCheck: 'console/tenants/{tenant}/checks',
  consoleCause: 'console/causes/{code}',
  consoleHold: 'console/mailboxes/{tenant}/{mailbox}/hold',
  consoleRelease: 'console/mailboxes/{tenant}/{mailbox}/release',
  consoleReplay: 'console/mail-jobs/{tenant}/{id}/replay',
  mailJobSchema: 'schemas/mail-job',
  openApi: 'openapi.json',
} as const;
