/** What the links themselves put an end to: of an invitation, of a consent under way, of a page. */

import type { Endings } from './ending.ts';

export const linkEndings: Endings = (who) => ({
  INVITATION_INVALID: {
    title: 'This invitation link is not complete',
    lead: 'It was cut off or changed on its way, or it is of another installation.',
    steps: [
      'Open the link in the message once more, whole: mail programs break long links at the end of a line.',
      `If that does not help, ask ${who} for a new one.`,
    ],
  },
  INVITATION_EXPIRED: {
    title: 'This invitation has expired',
    lead: 'It was open for a limited time and was not used.',
    tone: 'plain',
    steps: [`Ask ${who} for a new one. It is made in a moment.`],
  },
  INVITATION_USED: {
    title: 'This invitation has been used',
    lead: 'Somebody has already come back from Microsoft with it. Each works once.',
    tone: 'plain',
    steps: [
      'If that was you or a colleague, there is nothing else to do.',
      `Otherwise tell ${who}, who can see which organisation used it, and can send you a new one.`,
    ],
  },
  INVITATION_REVOKED: {
    title: 'This invitation was taken back',
    lead: 'Whoever sent it has withdrawn it. Nothing was granted.',
    tone: 'plain',
    steps: [`If you do not know why, ask ${who}.`],
  },
  CONSENT_TENANT_KNOWN: {
    title: 'Your organisation is known here already',
    lead: 'This invitation is for organisations that are new, and nothing was changed for yours.',
    tone: 'plain',
    steps: [
      'If your mail is sent as it should be, there is nothing to do.',
      `Otherwise ask ${who} for an invitation that names your organisation.`,
    ],
  },
  CONSENT_STATE_EXPIRED: {
    title: 'That took longer than an hour',
    lead: 'For your safety, what is begun here has to be finished within an hour. What you accepted at Microsoft is not lost, but it was not recorded here.',
    tone: 'wait',
    steps: ['Start again. If you have accepted already, Microsoft asks once more; that does no harm.'],
    again: 'Start again',
  },
  CONSENT_STATE_USED: {
    title: 'This page was opened before',
    lead: 'Each answer of Microsoft’s is taken once. It was reloaded, or opened a second time.',
    tone: 'plain',
    steps: ['If you saw that it succeeded, you are done.', 'If you are not sure, start again: it does no harm.'],
    again: 'Start again',
  },
  CONSENT_OTHER_BROWSER: {
    title: 'Please finish in the browser in which you began',
    lead: 'This answer of Microsoft’s belongs to a consent that was begun in another browser, or cookies are not allowed in this one.',
    steps: [
      'Open the invitation’s link in the browser that you want to use, and do all of it there.',
      'If this was that browser, allow cookies for this site. A private window must stay open until the end.',
      'If you began nothing, somebody sent you here: close the page. Nothing was recorded.',
    ],
    again: 'Start again in this browser',
  },
  CONSENT_STATE_MISSING: {
    title: 'This page is reached through an invitation',
    lead: 'Microsoft’s answer came without the mark that ties it to an invitation, so nobody can tell whose it is. Nothing was recorded.',
    steps: [`Open the link of your invitation. If you have none, ask ${who} for one.`],
    again: 'Back to the invitation',
  },
  CONSENT_STATE_INVALID: {
    title: 'This address is not valid',
    lead: 'It was changed on its way or made by somebody else. Nothing was recorded.',
    steps: [
      'If you came here from Microsoft, start again.',
      `If somebody sent you this address, do not use it, and tell ${who}.`,
    ],
    again: 'Start again',
  },
  CONSENT_TENANT_MISSING: {
    title: 'This address is not valid',
    lead: 'Microsoft always names the organisation that consented, and this address names none. Nothing was recorded.',
    steps: ['Start again from the invitation.'],
    again: 'Start again',
  },
  PAGE_LINK_INVALID: {
    title: 'This link is not complete',
    lead: 'It was cut off or changed on its way, or it is of another installation.',
    steps: ['Open it once more, whole.', `If that does not help, ask ${who} for a new one.`],
  },
  PAGE_LINK_EXPIRED: {
    title: 'This link has expired',
    lead: 'Links to an organisation’s page are good for thirty days.',
    tone: 'plain',
    steps: [`Ask ${who} for a new one. Nothing has changed for your organisation.`],
  },
  TENANT_UNKNOWN: {
    title: 'Your organisation is not known here',
    lead: 'Nothing is recorded of it, or no longer.',
    tone: 'plain',
    steps: [`If that surprises you, ask ${who}.`],
  },
});
