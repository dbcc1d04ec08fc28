/**
 * The steps of replacing a certificate or a secret, read off the app's own report: docs/rotation.md. The commands follow
 * Microsoft's pages, and none of them removes anything that the report has not released.
 */

import { type CredentialReport, nameOf, type Proof } from './credential-report.ts';
import type { Style } from './terminal/style.ts';

/**
 * - `done`: one proof, in use. The next rotation begins with a new version.
 * - `register`: the newest is in the vault, and Entra does not know it yet.
 * - `wait`: the newest is in use, or about to be, and the old one may still be held by a process.
 * - `remove-old`: nothing old is in use any more, and something old is left to remove.
 */
type Step = 'done' | 'register' | 'wait' | 'remove-old';

export interface Rotation {
  readonly step: Step;
  readonly why: string;
  readonly newest: Proof;
  readonly old: readonly Proof[];
  readonly report: CredentialReport;
}

export function rotationOf(report: CredentialReport): Rotation {
  const [newest, ...old] = report.proofs;
  if (newest === undefined) throw new Error('A report has at least one proof.');
  const common = { newest, old, report };
  if (newest.state === 'next') return { ...common, step: 'register', why: newest.why };
  const needed = old.find(({ mayBeRemoved }) => !mayBeRemoved);
  if (needed !== undefined) {
    const from = needed.removableFrom === null ? '' : ` Not before ${needed.removableFrom}.`;
    return { ...common, step: 'wait', why: `${nameOf(needed)}: ${needed.why}${from}` };
  }
  if (old.length > 0) return { ...common, step: 'remove-old', why: 'Nothing old is in use any more.' };
  if (newest.state === 'unused') return { ...common, step: 'wait', why: newest.why };
  return { ...common, step: 'done', why: `${nameOf(newest)} is the only one, and in use.` };
}

interface Names {
  readonly clientId: string;
  readonly vault: string;
  readonly name: string;
}

const titles: Readonly<Record<Step, string>> = {
  done: 'Nothing is being replaced.',
  register: 'Step 2 of 4: register the new one, beside the old one.',
  wait: 'Step 3 of 4: wait. There is nothing to do.',
  'remove-old': 'Step 4 of 4: the old one may go.',
};

export function describeRotation(rotation: Rotation, names: Names, style: Style) {
  const { step, why, newest } = rotation;
  const commands = commandsFor(rotation, names);
  const life = newest.daysLeft === null ? [] : [`${nameOf(newest)} has ${newest.daysLeft} days left.`];
  const before = step === 'done' && commands.length > 0 ? 'To begin, step 1 of 4, make the next version:' : 'Next:';
  const text = [
    style.bold(titles[step]),
    why,
    ...life,
    ...(commands.length === 0 ? [] : ['', before, ...commands.map((one) => `  ${one}`)]),
  ].join('\n');
  return { commands, text };
}

function commandsFor({ step, newest, old }: Rotation, { clientId, vault, name }: Names): readonly string[] {
  if (newest.kind === 'managed-identity') {
    // Nothing of it expires; of what was used before, certificates and secrets are left to remove.
    return step === 'remove-old' ? removals(old, clientId) : [];
  }
  const isCertificate = newest.kind === 'certificate';
  switch (step) {
    case 'done':
      return isCertificate
        ? [
            `az keyvault certificate show --vault-name ${vault} --name ${name} --query policy > policy.json`,
            `az keyvault certificate create --vault-name ${vault} --name ${name} --policy @policy.json`,
          ]
        : [
            `secret=$(az ad app credential reset --id ${clientId} --append --display-name tenantpost-next --query password --output tsv)`,
            `printf %s "$secret" | az keyvault secret set --vault-name ${vault} --name ${name} --file /dev/stdin --encoding utf-8 --expires <its end>`,
            'unset secret',
          ];
    case 'register':
      return isCertificate
        ? [
            `az keyvault certificate download --vault-name ${vault} --name ${name} --file next.pem --encoding PEM`,
            `az ad app credential reset --id ${clientId} --append --cert @next.pem`,
            'tenantpost rotate --wait',
          ]
        : ['tenantpost rotate --wait'];
    case 'wait':
      return ['tenantpost rotate --wait'];
    case 'remove-old':
      return removals(old, clientId);
  }
}

/** Looked up first: an operator is to see what goes, and nothing here goes by itself. */
function removals(old: readonly Proof[], clientId: string): readonly string[] {
  return old.flatMap((one) => {
    const flag = one.kind === 'certificate' ? ' --cert' : '';
    const query =
      one.kind === 'certificate'
        ? '{thumbprint:customKeyIdentifier, keyId:keyId, until:endDateTime}'
        : '{name:displayName, keyId:keyId, until:endDateTime}';
    if (one.kind === 'managed-identity') return [`az ad app federated-credential list --id ${clientId} --output table`];
    return [
      `az ad app credential list --id ${clientId}${flag} --query "[].${query}" --output table`,
      `az ad app credential delete --id ${clientId}${flag} --key-id <keyId of ${one.registeredAs ?? one.id}>`,
    ];
  });
}
