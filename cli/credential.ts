/** `tenantpost credential`: what proves the app now, and whether an old certificate or secret may be removed. */

import { parseArgs } from 'node:util';
import { z } from 'zod';
import { routes } from '../shared/names.ts';
import { apiOf, apiOptions, apiUsage, get } from './api.ts';
import { type Command, exitCodes } from './command.ts';

const oldStillNeeded = 3;

const usage = `npm run -s tenantpost -- credential [--url URL] [--key KEY] [--json]

Tells of every certificate or secret that the app has or had: whether it is in use, until when it lasts, and whether it may
be removed from the app registration.

${apiUsage}
  --json      the app's own answer, for programs

Exit codes: 0 nothing old is in use any more; 3 something old is still needed, or nobody can tell; 1 the app could not be
asked; 2 wrong usage.`;

const proof = z.object({
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
const report = z.looseObject({
  credential: z.string(),
  checkedAt: z.string(),
  oldStillNeeded: z.boolean(),
  proofs: z.array(proof.loose()).min(1),
});

type Proof = z.infer<typeof proof>;

export const credential: Command = {
  summary: 'what proves the app, and whether an old certificate or secret may be removed',
  usage,
  async run(argv) {
    const { values } = parseArgs({ args: argv, options: { ...apiOptions, json: { type: 'boolean' } } });
    const answer = await get(apiOf(values), routes.credential, report);
    console.log(values.json === true ? JSON.stringify(answer, undefined, 2) : textOf(answer));
    return answer.oldStillNeeded ? oldStillNeeded : exitCodes.done;
  },
};

function textOf({ checkedAt, proofs, oldStillNeeded: needed }: z.infer<typeof report>): string {
  const removable = proofs.filter(({ mayBeRemoved }) => mayBeRemoved);
  const verdict = needed
    ? 'Something old is needed, or may be. Leave it in the app registration.'
    : removable.length > 0
      ? 'Nothing old is in use any more. May be removed from the app registration:'
      : 'Nothing old is in use.';
  return [
    `As of ${checkedAt}, newest first:`,
    '',
    ...proofs.map(blockOf),
    verdict,
    ...(needed ? [] : removable.map((one) => `  ${nameOf(one)}`)),
  ].join('\n');
}

function blockOf(one: Proof): string {
  const lines = [
    `${words[one.kind]} ${one.id}${one.listed ? '' : ' (gone from the vault, or of former settings)'}`,
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

const nameOf = ({ kind, id, registeredAs }: Proof): string =>
  registeredAs === null ? `${words[kind]} ${id}` : `${words[kind]} ${registeredAs}`;
