/** The checks in the order in which they are read: from the outside in. The first that failed is the cause. */

/** What each is about, for docs/doctor.md and for whoever shows a report. */
export const chain = [
  { check: 'configuration', about: 'installation' },
  { check: 'storage', about: 'installation' },
  { check: 'clock', about: 'installation' },
  { check: 'entra-connection', about: 'installation' },
  { check: 'graph-connection', about: 'installation' },
  { check: 'smtp-connection', about: 'installation' },
  { check: 'imap-connection', about: 'installation' },
  { check: 'pop-connection', about: 'installation' },
  { check: 'vault', about: 'installation' },
  { check: 'credential', about: 'installation' },
  { check: 'tenant', about: 'tenant' },
  { check: 'tenant-record', about: 'tenant' },
  { check: 'consent', about: 'tenant' },
  { check: 'exchange-consent', about: 'tenant' },
  { check: 'roles', about: 'tenant' },
  { check: 'mailbox', about: 'mailbox' },
  { check: 'mailbox-scope', about: 'mailbox' },
  { check: 'graph-send', about: 'mailbox' },
  { check: 'graph-read', about: 'mailbox' },
  { check: 'smtp-sign-in', about: 'mailbox' },
  { check: 'send-as', about: 'mailbox' },
  { check: 'imap-sign-in', about: 'mailbox' },
  { check: 'pop-sign-in', about: 'mailbox' },
  { check: 'sending-limits', about: 'mailbox' },
  { check: 'recent-failures', about: 'mailbox' },
  { check: 'real-message', about: 'mailbox' },
] as const;

export type CheckName = (typeof chain)[number]['check'];

export const checkNames: readonly CheckName[] = chain.map(({ check }) => check);

export const isAboutMailbox = (check: string): boolean =>
  chain.some((one) => one.check === check && one.about === 'mailbox');
