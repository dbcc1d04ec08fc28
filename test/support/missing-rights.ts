/** What fails when one role is missing: the function, and what its failure says of the role. */

import { z } from 'zod';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { placeOf } from './assigned-roles.ts';
import type { RoleAssignment } from './bicep/role-assignments.ts';
import { failureOf } from './failure-of.ts';
import type { Asked } from './mail-api-client.ts';
import { aMailJob } from './mail-job.ts';
import type { RightsWorld } from './rights-world.ts';

const { contoso } = customers;
const ofContoso = { tenant: contoso.id };

/** What a failure says of itself. */
interface Named {
  readonly code: unknown;
  readonly role: unknown;
  readonly on: unknown;
}

export interface Failing {
  /** The function that it is a failure of. */
  readonly of: string;
  readonly ask: (world: RightsWorld) => Promise<Named>;
}

export const aJob = (id: string, overrides: Record<string, unknown> = {}): Record<string, unknown> =>
  aMailJob({
    ...{ id, subject: id, tenant: contoso.id, from: `post@${contoso.domain}`, to: ['ada@customer.example'] },
    ...overrides,
  });

/** What the failure without the role is to say: vault and account are named by what was asked for in them first. */
export function expectedWithout(one: RoleAssignment): Named {
  const firstAsked: Readonly<Record<string, string>> = {
    'Storage Blob Data Owner': 'container mail-content',
    'Key Vault Crypto User': `key ${vendor.wrappingKeyName}`,
    'Key Vault Reader': `certificate ${vendor.certificateName}`,
  };
  const { role } = one;
  const code = role.startsWith('Key Vault') ? 'VAULT_REFUSED' : 'STORAGE_UNAVAILABLE';
  return { code, role, on: firstAsked[role] ?? placeOf(one) };
}

export function failingWithout(one: RoleAssignment): Failing[] {
  if (one.role === 'Key Vault Reader') return [start];
  if (one.role === 'Storage Queue Data Message Sender') {
    return [logged('sendGraph', 'job.end-untold', ({ client }) => client.ask('submitMailJobs', {}, aSubmission()))];
  }
  const also = besideTheDoctor[placeOf(one)];
  return also === undefined ? [doctor] : [doctor, also];
}

const detail = z.looseObject({ code: z.string(), missingRole: z.string(), missingOn: z.string() });

function namedIn(value: unknown): Named {
  const { code, missingRole, missingOn } = detail.parse(value);
  return { code, role: missingRole, on: missingOn };
}

/** He reads everything, and says it in words. */
const doctor: Failing = {
  of: 'checkTenant',
  async ask(world) {
    const { cause } = await world.examine();
    const [, role, on] = /the role (.+) to the managed identity, on (\w+ [\w-]+) /.exec(cause?.remedy ?? '') ?? [];
    return { code: cause?.code, role, on };
  },
};

/** What was read from the vault before is good for ten minutes more. */
const start: Failing = {
  of: 'the start of an instance',
  async ask(world) {
    const { code, detail } = await failureOf(world.anInstance().checkStart());
    return namedIn({ code, ...detail });
  },
};

const credential: Failing = {
  of: 'credential',
  ask: async (world) => namedIn(await (await world.call('credential', '/credential')).json()),
};

const answered = (of: string, params: Record<string, string> = {}, asked: () => Asked = () => ({})): Failing => ({
  of,
  ask: async ({ client }) => namedIn((await client.ask(of, params, asked())).body),
});

function logged(of: string, event: string, act: (world: RightsWorld) => Promise<unknown> = nothing): Failing {
  return {
    of,
    async ask(world) {
      const from = world.stack.lines.length;
      await act(world);
      const line = await world.line(`[${of}] {"event":"${event}"`, from);
      return namedIn(JSON.parse(line.slice(line.indexOf('{'))));
    },
  };
}

const nothing = (): Promise<void> => Promise.resolve();

let jobs = 0;
const aSubmission = (): Asked => ({ body: aJob(`without-${++jobs}`) });

const besideTheDoctor: Readonly<Record<string, Failing>> = {
  'the account': answered('storeMailContent', {}, () => ({ body: Buffer.from('x') })),
  'table tenants': answered('listTenants'),
  'table consents': answered('readTenant', ofContoso),
  'table invitations': answered('createInvitation', {}, () => ({ body: ofContoso })),
  'table mail': answered('submitMailJobs', {}, aSubmission),
  'table tokens': logged('warmTokens', 'trigger.failed'),
  'table credentials': credential,
  'queue mail-graph': answered('submitMailJobs', {}, aSubmission),
};
