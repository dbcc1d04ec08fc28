/** Client secrets of an app registration: made, removed, and compared with what a request shows. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CloudContext } from '../cloud.ts';
import type { ClientSecret, Registration } from '../state/registration.ts';
import { EntraError } from './aadsts.ts';
import { InvalidCredentialError } from './invalid-credential.ts';

interface NewSecret {
  displayName?: string;
  /** Made up when left out, in the form that Entra gives them. */
  value?: string;
  /** Epoch milliseconds; now when left out. */
  startsAt?: number;
  /** Epoch milliseconds; two years later when left out, as by https://learn.microsoft.com/graph/api/application-addpassword. */
  endsAt?: number;
}

const TWO_YEARS = 2 * 365 * 24 * 60 * 60 * 1000;

/**
 * @returns the value, which is told this once: what is kept is its digest.
 * @throws InvalidCredentialError
 */
export function addSecret(registration: Registration, options: NewSecret = {}): { keyId: string; value: string } {
  const { displayName, value = newValue(), startsAt = Date.now(), endsAt = startsAt + TWO_YEARS } = options;
  if (value.length < 8) throw new InvalidCredentialError('A client secret must have at least 8 characters.');
  if (endsAt <= startsAt) throw new InvalidCredentialError('A client secret must end after it starts.');
  const keyId = crypto.randomUUID();
  const secret: ClientSecret = {
    keyId,
    ...(displayName !== undefined && { displayName }),
    hint: value.slice(0, 3),
    digest: digest(value).toString('base64url'),
    startsAt,
    endsAt,
  };
  registration.secrets = [...(registration.secrets ?? []), secret];
  return { keyId, value };
}

/** @returns whether there was such a secret. */
export function removeSecret(registration: Registration, keyId: string): boolean {
  const before = registration.secrets ?? [];
  registration.secrets = before.filter((secret) => secret.keyId !== keyId);
  return registration.secrets.length < before.length;
}

/** @throws EntraError 7000215 for a value that is none of the app's, 7000222 for one outside of its time. */
export function verifyClientSecret(
  cloud: Pick<CloudContext, 'now'>,
  value: string,
  { registration, tenantId }: { registration: Registration; tenantId: string },
): void {
  const shown = digest(value);
  const secret = registration.secrets?.find((one) => timingSafeEqual(Buffer.from(one.digest, 'base64url'), shown));
  if (secret === undefined) {
    const pastedId = registration.secrets?.some(({ keyId }) => keyId === value.toLowerCase()) ?? false;
    throw new EntraError(
      7000215,
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not ' +
        `the client secret ID, for a secret added to app '${registration.appId}'.`,
      { reason: pastedId ? 'secret ID in place of its value' : 'no such client secret', tenantId },
    );
  }
  const now = cloud.now('entra');
  if (now >= secret.startsAt && now < secret.endsAt) return;
  // The sentence as in https://github.com/dotnet/sign/issues/849. Of one that has not begun nobody tells; it is no better.
  throw new EntraError(
    7000222,
    `The provided client secret keys for app '${registration.appId}' are expired. Visit the Azure portal to create new ` +
      'keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: ' +
      'https://aka.ms/certCreds.',
    { reason: now < secret.startsAt ? 'client secret is not valid yet' : 'client secret has expired', tenantId },
  );
}

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/** 40 characters with `8Q~` in them, by which secret scanners know one: https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret. */
const newValue = (): string => `${random(3)}8Q~${random(34)}`;

const random = (length: number): string => randomBytes(length).toString('base64url').slice(0, length);
