/**
 * RBAC for Applications: which app has which application role over which mailboxes.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/new-managementroleassignment
 */

import { z } from 'zod';
import type { RoleAssignment } from '../../state/exchange.ts';
import { applicationRole } from '../application-roles.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { flag, text } from '../powershell/parameter-types.ts';
import { CmdletError } from '../powershell/script-error.ts';
import type { CmdletObject } from '../powershell/value.ts';
import { isPresent } from '../propagation.ts';
import { isSame } from '../same.ts';
import type { ExchangeSession } from '../session.ts';
import {
  notFound,
  requireConfirmation,
  requireGroup,
  requireManagementScope,
  requireServicePrincipal,
} from './objects.ts';

const scopes = {
  CustomResourceScope: text.optional(),
  RecipientAdministrativeUnitScope: text.optional(),
  RecipientGroupScope: text.optional(),
};

const show = ({ name, role, app, scope }: RoleAssignment): CmdletObject => ({
  properties: {
    Name: name,
    Role: role,
    RoleAssigneeName: app,
    RoleAssigneeType: 'ServicePrincipal',
    AssignmentMethod: 'Direct',
    App: app,
    CustomResourceScope: scope?.kind === 'CustomResourceScope' ? scope.managementScope : '',
    RecipientAdministrativeUnitScope:
      scope?.kind === 'RecipientAdministrativeUnitScope' ? scope.administrativeUnit : '',
    RecipientGroupScope: scope?.kind === 'RecipientGroupScope' ? scope.distinguishedName : '',
    Identity: name,
  },
  view: ['Name', 'Role', 'RoleAssigneeName', 'RoleAssigneeType'],
});

export const roleAssignmentCmdlets = [
  cmdlet(
    'New-ManagementRoleAssignment',
    { Name: text.pipe(z.string().max(64)).optional(), Role: text, App: text, ...scopes, Confirm: flag },
    (session, given) => {
      const role = requireApplicationRole(given.Role);
      const { objectId } = requireServicePrincipal(session, given.App);
      const name = given.Name ?? `${role}-${objectId}`.slice(0, 64);
      const scope = scopeOf(session, given);
      const known = assignmentsOf(session).find(
        (one) =>
          isSame(one.name, name) ||
          (one.role === role && isSame(one.app, objectId) && JSON.stringify(one.scope) === JSON.stringify(scope)),
      );
      // No source has Exchange's sentence.
      if (known !== undefined) throw new CmdletError(`The role assignment "${known.name}" already exists.`);
      const made: RoleAssignment = {
        tenantId: session.tenant.id,
        name,
        app: objectId,
        role,
        ...(scope && { scope }),
        since: session.now,
      };
      session.state.roleAssignments.push(made);
      return [show(made)];
    },
    { positional: ['Name'] },
  ),
  cmdlet(
    'Get-ManagementRoleAssignment',
    { Identity: text.optional(), Role: text.optional(), RoleAssignee: text.optional() },
    (session, { Identity, Role, RoleAssignee }) => {
      if (Identity !== undefined) return [show(requireAssignment(session, Identity))];
      const assignee = RoleAssignee === undefined ? undefined : requireServicePrincipal(session, RoleAssignee);
      return assignmentsOf(session)
        .filter(({ app }) => assignee === undefined || isSame(app, assignee.objectId))
        .filter(({ role }) => Role === undefined || isSame(role, Role))
        .map(show);
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Set-ManagementRoleAssignment',
    { Identity: text, ...scopes, Confirm: flag },
    (session, given) => {
      const { since: _since, scope: _scope, ...kept } = requireAssignment(session, given.Identity);
      const scope = scopeOf(session, given);
      if (scope === undefined) throw new CmdletError('Parameter set cannot be resolved: give one of the scopes.');
      removeAssignment(session, kept.name);
      session.state.roleAssignments.push({ ...kept, scope, since: session.now });
      return [];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Remove-ManagementRoleAssignment',
    { Identity: text, Confirm: flag },
    (session, { Identity, Confirm }) => {
      requireConfirmation(Confirm);
      removeAssignment(session, Identity);
      return [];
    },
    { positional: ['Identity'] },
  ),
];

export function assignmentsOf({ state, tenant }: ExchangeSession): RoleAssignment[] {
  return state.roleAssignments.filter((one) => one.tenantId === tenant.id && isPresent(one));
}

function requireAssignment(session: ExchangeSession, identity: string): RoleAssignment {
  return assignmentsOf(session).find(({ name }) => isSame(name, identity)) ?? notFound(session, identity);
}

function removeAssignment(session: ExchangeSession, identity: string): void {
  requireAssignment(session, identity).until = session.now;
}

/** An app can have application roles only: those of administrators and users are refused. */
function requireApplicationRole(name: string): string {
  const role = applicationRole(name);
  if (role !== undefined) return role;
  throw new CmdletError(
    `"${name}" is not an application role: with -App only roles such as "Application Mail.Send" can be assigned.`,
  );
}

type ScopeParameters = { [Name in keyof typeof scopes]?: string | undefined };

function scopeOf(session: ExchangeSession, given: ScopeParameters): RoleAssignment['scope'] {
  const { CustomResourceScope, RecipientAdministrativeUnitScope, RecipientGroupScope } = given;
  const named = [CustomResourceScope, RecipientAdministrativeUnitScope, RecipientGroupScope];
  if (named.filter((one) => one !== undefined).length > 1) {
    throw new CmdletError('Parameter set cannot be resolved using the specified named parameters.');
  }
  if (CustomResourceScope !== undefined) {
    const { name } = requireManagementScope(session, CustomResourceScope);
    return { kind: 'CustomResourceScope', managementScope: name };
  }
  if (RecipientAdministrativeUnitScope !== undefined) {
    const unit = session.state.administrativeUnits.find(
      ({ tenantId, id }) => tenantId === session.tenant.id && isSame(id, RecipientAdministrativeUnitScope),
    );
    return {
      kind: 'RecipientAdministrativeUnitScope',
      administrativeUnit: unit?.id ?? notFound(session, RecipientAdministrativeUnitScope),
    };
  }
  if (RecipientGroupScope !== undefined) {
    const { distinguishedName } = requireGroup(session, RecipientGroupScope);
    return { kind: 'RecipientGroupScope', distinguishedName };
  }
  return undefined;
}
