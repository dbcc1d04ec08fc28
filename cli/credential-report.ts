/** What proves the app, as it reports it, and that in words. */

import { z } from 'zod';
import { routes } from '../shared/names.ts';
import type { Api } from './api.ts';
import type { Style } from './terminal/style.ts';

const proof = z.looseObject({
  id: z.string(),
  kind: z.enum(['certificate', 'managed-identity', 'secret']),
  registeredAs: z.string().nullable(),
  state: z.enum(['next', 'in-use', 'unused']),
  listed: z.boolean(),
  expiresAt: z.string().nullable(),
  daysLeft: z.number().nullable(),
  lastUsedAt: z.string().nullable(),
  mayBeRemoved: z.boolean(),
  removableFrom: z.string().nullable(),
  why: z.string(),
});
export type Proof = z.infer<typeof proof>;

const report = z.looseObject({
  credential: z.string(),
  checkedAt: z.string(),
  oldStillNeeded: z.boolean(),
  proofs: z.array(proof).min(1),
});
export type CredentialReport = z.infer<typeof report>;

export const readCredentialReport = (api: Api): Promise<CredentialReport> =>
  api.ask({ route: routes.credential }, report);

export function describeReport({ checkedAt, proofs, oldStillNeeded: needed }: CredentialReport, style: Style): string {
  const removable = proofs.filter(({ mayBeRemoved }) => mayBeRemoved);
  const verdict = needed
    ? style.warn('Something old is needed, or may be. Leave it in the app registration.')
    : removable.length > 0
      ? style.good('Nothing old is in use any more. May be removed from the app registration:')
      : style.good('Nothing old is in use.');
  return [
    `As of ${checkedAt}, newest first:`,
    '',
    ...proofs.map((one) => describeProof(one, style)),
    verdict,
    ...(needed ? [] : removable.map((one) => `  ${nameOf(one)}`)),
  ].join('\n');
}

function describeProof(one: Proof, style: Style): string {
  const lines = [
    style.bold(`${words[one.kind]} ${one.id}`) + (one.listed ? '' : ' (gone from the vault, or of former settings)'),
    ...(one.registeredAs === null ? [] : [`  registered as  ${one.registeredAs}`]),
    `  state          ${stateOf(one)}`,
    `  expires        ${one.expiresAt === null ? 'never, as far as is known' : `${one.expiresAt} (${daysOf(one.daysLeft)})`}`,
    `  remove it?     ${removalOf(one)}`,
    `                 ${one.why}`,
  ];
  return `${lines.join('\n')}\n`;
}

const words = {
  certificate: 'certificate',
  'managed-identity': 'managed identity',
  secret: 'secret',
} as const;

function stateOf({ state, lastUsedAt }: Proof): string {
  if (state === 'next') return 'next: not accepted by Entra yet';
  if (lastUsedAt === null) return 'never used';
  return state === 'in-use' ? `in use, last at ${lastUsedAt}` : `not used since ${lastUsedAt}`;
}

function removalOf({ mayBeRemoved, removableFrom }: Proof): string {
  if (mayBeRemoved) return 'yes';
  return removableFrom === null ? 'no' : `not before ${removableFrom}, and only if it is not used again`;
}

const daysOf = (days: number | null): string => (days === 1 ? '1 day left' : `${days ?? '?'} days left`);

export const nameOf = ({ kind, id, registeredAs }: Proof): string =>
  registeredAs === null ? `${words[kind]} ${id}` : `${words[kind]} ${registeredAs}`;
