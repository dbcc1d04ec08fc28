/**
 * What an app may do in a mailbox by RBAC for Applications, from the truth and past every cache:
 * https://learn.microsoft.com/powershell/module/exchangepowershell/test-serviceprincipalauthorization.
 */

import type { RoleAssignment } from '../../state/exchange.ts';
import { permissionsOf } from '../application-roles.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { text } from '../powershell/parameter-types.ts';
import { isSame } from '../same.ts';
import { holdsMailbox } from '../scope.ts';
import { requireMailbox, requireServicePrincipal } from './objects.ts';
import { assignmentsOf } from './role-assignments.ts';

export const authorizationCmdlets = [
  cmdlet(
    'Test-ServicePrincipalAuthorization',
    { Identity: text, Resource: text.optional() },
    (session, { Identity, Resource }) => {
      const { objectId } = requireServicePrincipal(session, Identity);
      const mailbox = Resource === undefined ? undefined : requireMailbox(session, Resource);
      return assignmentsOf(session)
        .filter(({ app }) => isSame(app, objectId))
        .map((assignment) => ({
          properties: {
            RoleName: assignment.role,
            GrantedPermissions: permissionsOf(assignment.role).join(', '),
            ...shownScope(assignment),
            InScope: mailbox === undefined ? 'Not Run' : holdsMailbox(session.state, assignment, mailbox),
          },
          view: ['RoleName', 'GrantedPermissions', 'AllowedResourceScope', 'InScope'],
        }));
    },
    { positional: ['Identity'] },
  ),
];

/** Microsoft's page shows the first three; how a group is shown is not known. */
function shownScope({ scope }: RoleAssignment): { AllowedResourceScope: string; ScopeType: string } {
  switch (scope?.kind) {
    case undefined:
      return { AllowedResourceScope: 'Organization', ScopeType: 'Organization' };
    case 'CustomResourceScope':
      return { AllowedResourceScope: scope.managementScope, ScopeType: 'CustomRecipientScope' };
    case 'RecipientAdministrativeUnitScope':
      return { AllowedResourceScope: scope.administrativeUnit, ScopeType: 'AdministrativeUnit' };
    case 'RecipientGroupScope':
      return { AllowedResourceScope: scope.distinguishedName, ScopeType: 'Group' };
  }
}
