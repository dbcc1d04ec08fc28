/** How the local cloud and the records of a tenant are made wrong, for the doctor to find. */

import type { FaultRuleInput } from '../../../local/cloud/faults/fault-rule.ts';
import type { CheckName } from '../../../shared/checks/chain.ts';
import type { ErrorCode, Owner } from '../../../shared/errors.ts';
import type { AskedChecks, DoctorWorld, TestTenant } from '../doctor-world.ts';

export interface SeededFault {
  readonly name: string;
  /** Makes it wrong. @returns puts back what is not the tenant's alone. */
  readonly seed: (world: DoctorWorld, tenant: TestTenant) => void | (() => void) | Promise<void | (() => void)>;
  /** The tenant as it is asked for; its id if left out. */
  readonly tenant?: (tenant: TestTenant) => string;
  /** `post@` of the tenant if left out; null asks about the tenant alone. */
  readonly mailbox?: ((tenant: TestTenant) => string) | null;
  readonly sendTo?: string;
  readonly check: CheckName;
  readonly code: ErrorCode;
  readonly owner: Owner;
  readonly answered?: RegExp;
  readonly meaning?: RegExp;
  readonly remedy?: RegExp;
  /** Something that is wrong as well and is no cause of it: it is named too. */
  readonly also?: readonly [CheckName, ErrorCode];
  readonly verdict?: 'warning';
  /** Of a tenant that is not served here nothing is kept, nor where the tables cannot be asked. */
  readonly withoutSince?: true;
}

export const rule =
  (input: FaultRuleInput | ((tenant: TestTenant) => FaultRuleInput)): SeededFault['seed'] =>
  (world, tenant) => {
    const id = world.stack.cloud.faults.add(typeof input === 'function' ? input(tenant) : input);
    return () => void world.stack.cloud.faults.remove(id);
  };

/** Several at once, undone together. */
export const all =
  (...seeds: SeededFault['seed'][]): SeededFault['seed'] =>
  async (world, tenant) => {
    const undo: (() => void)[] = [];
    for (const seed of seeds) {
      const one = await seed(world, tenant);
      if (typeof one === 'function') undo.push(one);
    }
    return () => {
      for (const one of undo.reverse()) one();
    };
  };

export const down = (service: FaultRuleInput['service']): SeededFault['seed'] =>
  rule({ service, fault: { kind: 'down' } });
export const clock = (service: FaultRuleInput['service'], seconds: number): SeededFault['seed'] =>
  rule({ service, fault: { kind: 'clock', seconds } });

export const noConsent: SeededFault['seed'] = (world, { id }) => world.without('enterpriseApps', id);
export const withoutRole =
  (...roles: string[]): SeededFault['seed'] =>
  (_, { app }) => {
    app.grantedAppRoles = app.grantedAppRoles.filter(({ role }) => !roles.includes(role));
  };
export const noPrincipal: SeededFault['seed'] = (world, { id }) => world.without('exchangeServicePrincipals', id);
export const switched =
  (own: NonNullable<ReturnType<DoctorWorld['mailbox']>['exchange']>): SeededFault['seed'] =>
  (world, { post }) => {
    world.mailbox(post).exchange = { ...world.mailbox(post).exchange, ...own };
  };
export const smtpOff: SeededFault['seed'] = (world, { id }) => world.without('exchangeOrganizations', id);
export const unlicensed: SeededFault['seed'] = (world, { post }) => {
  world.mailbox(post).licensed = false;
};
export const state =
  (recorded: Parameters<DoctorWorld['tenant']>[0]): SeededFault['seed'] =>
  (world, { id, post, anna }) =>
    world.record({ id, state: 'active', since: Date.now(), mailboxes: [post, anna], ...recorded });

/** The app is granted mailboxes by RBAC for Applications alone, for a scope by address. */
export const scopedTo =
  (inScope: (tenant: TestTenant) => string): SeededFault['seed'] =>
  async (world, tenant) => {
    const { id, app } = tenant;
    app.grantedAppRoles = [];
    const filter = `PrimarySmtpAddress -eq '${inScope(tenant)}'`;
    world.state.managementScopes.push({ tenantId: id, name: 'Mailer', recipientRestrictionFilter: filter });
    world.state.roleAssignments.push({
      ...{ tenantId: id, name: 'Mailer', app: app.objectId, role: 'Application Mail.Send' },
      scope: { kind: 'CustomResourceScope', managementScope: 'Mailer' },
    });
    await state({ rights: ['Mail.Send'], scoped: true })(world, tenant);
  };

export const operator = { owner: 'operator' } as const;
export const admin = { owner: 'tenant admin' } as const;

export const askedOf = (fault: Omit<SeededFault, 'seed'>, tenant: TestTenant): AskedChecks => ({
  ...(fault.mailbox === null ? {} : { mailbox: fault.mailbox?.(tenant) ?? tenant.post }),
  ...(fault.sendTo === undefined ? {} : { sendTo: fault.sendTo }),
});
