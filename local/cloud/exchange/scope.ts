/** Which mailboxes a role assignment is for: https://learn.microsoft.com/exchange/permissions-exo/application-rbac. */

import type { CloudState, Mailbox } from '../state.ts';
import type { RoleAssignment } from '../state/exchange.ts';
import { isPresent } from './propagation.ts';
import { type FilterProperties, matches, parseRecipientFilter } from './recipient-filter.ts';
import { isSame } from './same.ts';

/** @param seen which of the organization's management scopes are there for who asks. */
export function holdsMailbox(
  state: CloudState,
  { tenantId, scope }: RoleAssignment,
  mailbox: Mailbox,
  seen: typeof isPresent = isPresent,
): boolean {
  if (mailbox.tenantId !== tenantId) return false;
  switch (scope?.kind) {
    case undefined:
      return true;
    case 'CustomResourceScope': {
      const found = state.managementScopes.find(
        (one) => one.tenantId === tenantId && isSame(one.name, scope.managementScope) && seen(one),
      );
      return (
        found !== undefined &&
        matches(parseRecipientFilter(found.recipientRestrictionFilter), propertiesOf(state, mailbox))
      );
    }
    case 'RecipientAdministrativeUnitScope':
      return state.administrativeUnits.some(
        (one) => one.tenantId === tenantId && one.id === scope.administrativeUnit && isAmong(one.members, mailbox),
      );
    case 'RecipientGroupScope':
      return state.distributionGroups.some(
        (one) =>
          one.tenantId === tenantId &&
          isSame(one.distinguishedName, scope.distinguishedName) &&
          isAmong(one.members, mailbox),
      );
  }
}

/** Direct members only: Exchange does not look into groups that are members. */
function propertiesOf(state: CloudState, mailbox: Mailbox): FilterProperties {
  const { department, customAttributes = {} } = mailbox.exchange ?? {};
  const groups = state.distributionGroups.filter(
    ({ tenantId, members }) => tenantId === mailbox.tenantId && isAmong(members, mailbox),
  );
  return {
    MemberOfGroup: groups.map(({ distinguishedName }) => distinguishedName),
    PrimarySmtpAddress: [mailbox.address],
    UserPrincipalName: [mailbox.address],
    Alias: [mailbox.address.split('@')[0] ?? ''],
    DisplayName: [mailbox.displayName],
    Department: department === undefined ? [] : [department],
    ...Object.fromEntries(
      Object.entries(customAttributes).map(([number, value]) => [`CustomAttribute${number}`, [value]]),
    ),
  };
}

const isAmong = (members: string[], { address }: Mailbox): boolean => members.some((one) => isSame(one, address));
