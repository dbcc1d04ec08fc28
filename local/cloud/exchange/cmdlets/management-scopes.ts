/** Which recipients a role may be about: https://learn.microsoft.com/powershell/module/exchangepowershell/new-managementscope. */

import type { ManagementScope } from '../../state/exchange.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { flag, text } from '../powershell/parameter-types.ts';
import { CmdletError } from '../powershell/script-error.ts';
import type { CmdletObject } from '../powershell/value.ts';
import { isPresent } from '../propagation.ts';
import { parseRecipientFilter, RecipientFilterError } from '../recipient-filter.ts';
import { isSame } from '../same.ts';
import { findManagementScope, requireConfirmation, requireManagementScope } from './objects.ts';

const show = ({ name, recipientRestrictionFilter }: ManagementScope): CmdletObject => ({
  properties: {
    Name: name,
    ScopeRestrictionType: 'RecipientScope',
    Exclusive: false,
    RecipientRoot: '',
    RecipientFilter: recipientRestrictionFilter,
    Identity: name,
  },
  view: ['Name', 'ScopeRestrictionType', 'Exclusive', 'RecipientFilter'],
});

export const managementScopeCmdlets = [
  cmdlet(
    'New-ManagementScope',
    { Name: text, RecipientRestrictionFilter: text, Confirm: flag },
    (session, { Name, RecipientRestrictionFilter }) => {
      // No source has Exchange's sentence.
      if (findManagementScope(session, Name) !== undefined) {
        throw new CmdletError(`The management scope "${Name}" already exists.`);
      }
      requireFilter(RecipientRestrictionFilter);
      const made = {
        tenantId: session.tenant.id,
        name: Name,
        recipientRestrictionFilter: RecipientRestrictionFilter,
        since: session.now,
      };
      session.state.managementScopes.push(made);
      return [show(made)];
    },
    { positional: ['Name'] },
  ),
  cmdlet(
    'Get-ManagementScope',
    { Identity: text.optional() },
    (session, { Identity }) => {
      const { state, tenant } = session;
      const present = state.managementScopes.filter((one) => one.tenantId === tenant.id && isPresent(one));
      return (Identity === undefined ? present : [requireManagementScope(session, Identity)]).map(show);
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Set-ManagementScope',
    { Identity: text, RecipientRestrictionFilter: text, Confirm: flag },
    (session, { Identity, RecipientRestrictionFilter }) => {
      const former = requireManagementScope(session, Identity);
      requireFilter(RecipientRestrictionFilter);
      const { now: since } = session;
      former.until = since;
      session.state.managementScopes.push({
        tenantId: former.tenantId,
        name: former.name,
        recipientRestrictionFilter: RecipientRestrictionFilter,
        since,
      });
      return [];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Remove-ManagementScope',
    { Identity: text, Confirm: flag },
    (session, { Identity, Confirm }) => {
      requireConfirmation(Confirm);
      const scope = requireManagementScope(session, Identity);
      const user = session.state.roleAssignments.find(
        (one) =>
          one.tenantId === scope.tenantId &&
          isPresent(one) &&
          one.scope?.kind === 'CustomResourceScope' &&
          isSame(one.scope.managementScope, scope.name),
      );
      // https://learn.microsoft.com/powershell/module/exchangepowershell/remove-managementscope: not while it is used.
      if (user !== undefined) {
        throw new CmdletError(`The management scope "${scope.name}" is used by the role assignment "${user.name}".`);
      }
      scope.until = session.now;
      return [];
    },
    { positional: ['Identity'] },
  ),
];

/** Exchange's own sentence is unknown beyond its beginning, which stands in many reports. */
function requireFilter(filter: string): void {
  try {
    parseRecipientFilter(filter);
  } catch (error) {
    if (!(error instanceof RecipientFilterError)) throw error;
    throw new CmdletError(
      `The recipient filter "${filter}" isn't valid at character ${error.column}: ${error.message}`,
    );
  }
}
