/** What Entra's refusal of a token means, by its number: which check it belongs to, and what is to be done. */

import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { CheckName } from './chain.ts';
import type { Token } from '../tokens/token.ts';
import { failedBy, ok, type Said } from './conclude.ts';
import type { Found } from './finding.ts';

/** One code stands for several numbers; here each has words of its own. */
const byNumber: Readonly<Record<number, Said>> = {
  // https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts7000112-application-is-disabled
  7000112: {
    meaning: 'The enterprise application of this app is disabled in the tenant.',
    remedy:
      'Entra admin center, Enterprise applications, this app, Properties: set "Enabled for users to sign in?" to Yes.',
  },
  // https://learn.microsoft.com/entra/identity/conditional-access/workload-identity
  53003: {
    meaning: 'A Conditional Access policy for workload identities blocks this app.',
    remedy:
      'Exempt the app in that policy, or add the addresses that the app sends from to the locations that it allows.',
  },
  7000215: {
    meaning: 'The client secret is wrong: none of the registration’s has this value.',
    remedy: 'Set the Value that Entra showed once when the secret was made, not the Secret ID beside it.',
  },
  7000222: {
    meaning: 'The client secret has expired.',
    remedy: 'Make a new secret for the registration and put its value where the app reads it: docs/rotation.md.',
  },
  700027: {
    meaning: 'The certificate is not among those of the app registration, or has expired there.',
    remedy: 'Upload the public part of the vault’s certificate to the app registration: docs/rotation.md.',
  },
  700024: {
    meaning: 'The assertion is outside of its time for Entra: the clocks are minutes apart.',
    remedy: 'Set the clock of the machine by a time server.',
  },
  500011: {
    meaning: 'The tenant has no service principal for the service: as a rule it has no subscription with it.',
    remedy: 'License Exchange Online in the tenant.',
  },
  500014: {
    meaning: 'The tenant’s service principal for the service is disabled: as a rule its subscription has lapsed.',
    remedy: 'Renew the subscription, or enable the service’s enterprise application.',
  },
};

/** Whose question it answers. Everything else is the consent's. */
const belongsTo: Readonly<Partial<Record<ErrorCode, CheckName>>> = {
  TENANT_NOT_FOUND: 'tenant',
  TENANT_IN_OTHER_CLOUD: 'tenant',
  TENANT_NOT_HOME: 'tenant',
  CREDENTIAL_REFUSED: 'credential',
  CREDENTIAL_UNUSABLE: 'credential',
  FEDERATION_REFUSED: 'credential',
  REGISTRATION_WRONG: 'credential',
  VAULT_REFUSED: 'credential',
  VAULT_UNAVAILABLE: 'credential',
  IDENTITY_REFUSED: 'credential',
  IDENTITY_UNAVAILABLE: 'credential',
};

const tries = {
  consent: 'Asked Entra for a fresh token of the tenant for Graph.',
  'exchange-consent': 'Asked Entra for a fresh token of the tenant for Exchange Online.',
} as const;

export function tokenGiven(check: keyof typeof tries, { objectId }: Token): Found {
  return ok(check, tries[check], `a token of enterprise application ${objectId}`);
}

/** @param consentedAgo how long ago somebody came back with a consent, where the tenant is pending; in minutes. */
export function tokenRefusal(check: keyof typeof tries, error: unknown, consentedAgo?: number): Found {
  const { code, detail } = asTenantpostError(error);
  const { aadsts } = detail;
  const known = typeof aadsts === 'number' ? byNumber[aadsts] : undefined;
  return failedBy(belongsTo[code] ?? check, tries[check], error, { ...known, ...onItsWay(code, consentedAgo) });
}

function onItsWay(code: ErrorCode, consentedAgo: number | undefined): Said {
  if (code !== 'APP_NOT_IN_TENANT' || consentedAgo === undefined || consentedAgo >= 60) return {};
  return {
    meaning: `Somebody came back with a consent ${consentedAgo < 1 ? 'a moment' : `${consentedAgo} minutes`} ago, and it has not arrived everywhere in Entra yet.`,
    remedy: 'Wait; the timer asks again. If it is not there after an hour, open the invitation link again.',
  };
}
