/** What is wrong about the mailbox in Graph and about sending, one row a fault. */

import { admin, operator, rule, scopedTo, type SeededFault, state, unlicensed } from './seeds.ts';

export const mailboxFaults: readonly SeededFault[] = [
  {
    name: 'there is no such mailbox',
    seed: () => {},
    mailbox: ({ domain }) => `nobody@${domain}`,
    ...{ check: 'mailbox', code: 'MAILBOX_NOT_FOUND', ...admin, answered: /404 ErrorInvalidUser/ },
  },
  {
    name: 'the mailbox has no licence',
    seed: unlicensed,
    ...{ check: 'mailbox', code: 'MAILBOX_UNLICENSED', ...admin, answered: /MailboxNotEnabledForRESTAPI/ },
  },
  {
    name: 'the mailbox is another tenant’s',
    seed: () => {},
    mailbox: () => 'post@contoso.example',
    ...{ check: 'mailbox', code: 'MAILBOX_OF_OTHER_TENANT', ...operator, answered: /11111111-aaaa/ },
  },
  {
    name: 'the RBAC scope misses the mailbox',
    seed: scopedTo(({ anna }) => anna),
    ...{ check: 'mailbox-scope', code: 'MAILBOX_OUT_OF_SCOPE', ...admin, answered: /403 ErrorAccessDenied/ },
  },
  {
    name: 'the RBAC role assignment has not arrived yet',
    async seed(world, tenant) {
      await scopedTo(({ post }) => post)(world, tenant);
      const [assignment] = world.state.roleAssignments.filter(({ tenantId }) => tenantId === tenant.id);
      if (assignment) assignment.since = Date.now();
      const { exchangePropagation } = world.state;
      exchangePropagation.roleAssignments = 600_000;
      return () => void (exchangePropagation.roleAssignments = 0);
    },
    ...{ check: 'mailbox-scope', code: 'MAILBOX_OUT_OF_SCOPE', ...admin, remedy: /where it is True, wait/ },
  },
  {
    name: 'a scoped tenant has granted Mail.Send for all mailboxes as well',
    seed: state({ rights: ['Mail.Send'], scoped: true }),
    ...{ check: 'roles', code: 'SCOPE_WITHOUT_EFFECT', ...admin, verdict: 'warning', meaning: /opens every mailbox/ },
  },
  {
    name: 'an application access policy leaves the mailbox out',
    seed: rule(({ id }) => ({
      ...{ service: 'graph', operation: 'sendMail', tenantId: id },
      fault: { kind: 'answer', status: 403, code: 'ErrorAccessDenied' },
    })),
    ...{ check: 'graph-send', code: 'SEND_FORBIDDEN', ...admin, remedy: /ApplicationAccessPolicy/ },
  },
  {
    name: 'Graph throttles the mailbox',
    seed: rule(({ id }) => ({
      ...{ service: 'graph', operation: 'sendMail', tenantId: id },
      fault: { kind: 'answer', status: 429, retryAfter: { seconds: 10 } },
    })),
    ...{ check: 'graph-send', code: 'SEND_THROTTLED', ...operator },
  },
  {
    name: 'Graph has trouble',
    seed: rule(({ id }) => ({
      ...{ service: 'graph', operation: 'sendMail', tenantId: id },
      fault: { kind: 'answer', status: 503 },
    })),
    ...{ check: 'graph-send', code: 'GRAPH_UNAVAILABLE', ...operator, answered: /503/ },
  },
  {
    name: 'Exchange has blocked the mailbox',
    // The first request is the one that asks for the right.
    seed: rule(({ id }) => ({
      ...{ service: 'graph', operation: 'sendMail', tenantId: id, skip: 1 },
      fault: { kind: 'answer', status: 403, code: 'ErrorMessageSubmissionBlocked' },
    })),
    sendTo: 'ada@customer.example',
    ...{ check: 'real-message', code: 'MAILBOX_BLOCKED', ...admin },
  },
  {
    name: 'the mailbox has used up its recipients of the day',
    seed(world) {
      const { recipients } = world.state.limits.sending;
      const before = recipients.most;
      recipients.most = 0;
      return () => void (recipients.most = before);
    },
    sendTo: 'ada@customer.example',
    ...{ check: 'real-message', code: 'MAILBOX_QUOTA', ...operator },
  },
];
