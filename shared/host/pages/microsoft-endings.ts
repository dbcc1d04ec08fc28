/** What Microsoft, or a rule of the organisation, has put an end to. */

import type { Endings } from './ending.ts';

export const microsoftEndings: Endings = (who) => ({
  CONSENT_DECLINED: {
    title: 'You declined, and nothing was granted',
    lead: 'The permission was cancelled at Microsoft. Nothing has changed in your organisation.',
    tone: 'plain',
    steps: [
      'If that was meant, you are done: close this page.',
      'If something about it worries you, the invitation says how to limit the permission to some mailboxes.',
      'If it was a slip, start again: the invitation still works.',
    ],
    again: 'Back to the invitation',
  },
  CONSENT_NOT_ADMIN: {
    title: 'An administrator has to do this',
    lead: 'The account that you signed in with may not grant permissions for the organisation. Nothing was granted.',
    tone: 'wait',
    steps: [
      'Send the text below to an administrator, for example a Global Administrator or a Privileged Role Administrator.',
      'If you have an administrator’s account yourself, start again and choose it at Microsoft.',
    ],
    again: 'Start again with another account',
    forward: true,
  },
  CONSENT_WRONG_TENANT: {
    title: 'This invitation is for another organisation',
    lead: 'You signed in to a different organisation from the one that was invited. It is not set up here, and cannot be used.',
    steps: [
      'Start again, and sign in with an administrator’s account of the organisation that the invitation names. A private window keeps Microsoft from choosing the account for you.',
      'If you accepted for the other organisation, you can take that back in its Microsoft Entra admin center, under Enterprise applications.',
    ],
    again: 'Start again with another account',
  },
  CONSENT_NAME_CLASH: {
    title: 'Microsoft is still busy with an earlier try',
    lead: 'The app was removed from your organisation a short while ago, or somebody else is accepting it this moment (AADSTS650051). It passes by itself.',
    tone: 'wait',
    steps: ['Wait a quarter of an hour.', 'Then try again with the button below. The invitation still works.'],
    again: 'Try again',
  },
  CONSENT_SERVICE_MISSING: {
    title: 'Your organisation has no Exchange Online',
    lead: 'The app sends through Exchange Online, and Microsoft finds no such service in your organisation. Nothing was granted.',
    steps: [
      'Check that you signed in to the organisation whose mailboxes are concerned.',
      'In the Microsoft 365 admin center, under Billing and Licenses, see that a licence with Exchange Online is there and assigned to the mailbox. A new one takes up to a day to arrive everywhere.',
      'Then start again: the invitation still works.',
    ],
    again: 'Start again',
  },
  CONSENT_BLOCKED: {
    title: 'A policy of your organisation stopped the sign-in',
    lead: 'Conditional Access does not let you sign in from this device, network or browser (AADSTS53003 or a relative). Nothing was granted.',
    steps: [
      'Start again from a device and a network that the policy allows.',
      'Or let whoever looks after Conditional Access see the sign-in logs in the Microsoft Entra admin center: they name the policy.',
    ],
    again: 'Start again',
    forward: true,
  },
  CONSENT_FAILED: {
    title: 'Microsoft could not record the consent',
    lead: 'Microsoft sent you back with an error. Nothing was granted.',
    steps: [
      'Start again: many of these errors pass.',
      `If it happens again, send ${who} the code and Microsoft’s own words below.`,
    ],
    again: 'Start again',
  },
  REGISTRATION_WRONG: {
    title: 'The app is not registered as it should be',
    lead: 'Microsoft has found a mistake in the app’s own registration. Nothing was granted, and you cannot mend it.',
    steps: [`Send ${who} the code and Microsoft’s own words below.`, 'The invitation still works when that is mended.'],
  },
  APP_BLOCKED: {
    title: 'Your organisation blocks this app',
    lead: 'You have consented, and a setting of your organisation keeps the app from signing in.',
    steps: [
      'In the Microsoft Entra admin center, under Enterprise applications, open the app and see under Properties that “Enabled for users to sign-in” is Yes.',
      'If it is, look in the sign-in logs under Service principal sign-ins: a Conditional Access policy for workload identities is named there.',
      'Then start again.',
    ],
    again: 'Start again',
  },
  RESOURCE_NOT_IN_TENANT: {
    title: 'A service is missing in your organisation',
    lead: 'You have consented, and the service that the app sends through is not there or is switched off: Exchange Online or Microsoft Graph.',
    steps: [
      'In the Microsoft 365 admin center, see that a licence with Exchange Online is there and has not lapsed.',
      'Then start again: the invitation still works.',
    ],
    again: 'Start again',
  },
  TENANT_NOT_FOUND: {
    title: 'Microsoft does not know this organisation',
    lead: 'There is no organisation with this id in the cloud that the app works in.',
    steps: [`Send ${who} this page: the invitation may have been made for a wrong id.`],
  },
  TENANT_IN_OTHER_CLOUD: {
    title: 'Your organisation is in another of Microsoft’s clouds',
    lead: 'Microsoft keeps some governments and countries in clouds of their own, and this app works in another one.',
    steps: [`Tell ${who}: an installation in your cloud is needed. You cannot mend this yourself.`],
  },
  TENANT_NOT_HOME: {
    title: 'This app works for one other organisation only',
    lead: 'It is registered for a single organisation, and you signed in to another one.',
    steps: [
      'If you have an account of that organisation, start again and choose it at Microsoft.',
      `Otherwise tell ${who}: the invitation reached the wrong organisation.`,
    ],
    again: 'Start again with another account',
  },
});
