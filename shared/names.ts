/** Every name of a table, queue, container, function and key that more than one part of the project must spell alike. */

export const tables = {
  tenants: 'tenants',
  consents: 'consents',
  invitations: 'invitations',
  outcomes: 'outcomes',
  tokens: 'tokens',
  credentials: 'credentials',
} as const;

export const queues = {
  mailGraph: 'mail-graph',
  mailGraphPoison: 'mail-graph-poison',
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
  consentStart: 'consent/start',
  consentCallback: 'consent/callback',
  health: 'health',
  credential: 'credential',
} as const;
