/** Groups, by whose members a management scope can be drawn: https://learn.microsoft.com/powershell/module/exchangepowershell/new-distributiongroup. */

import type { DistributionGroup } from '../../state/exchange.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { flag, oneOf, text, texts } from '../powershell/parameter-types.ts';
import { CmdletError } from '../powershell/script-error.ts';
import type { CmdletObject } from '../powershell/value.ts';
import { isSame } from '../same.ts';
import type { ExchangeSession } from '../session.ts';
import { findGroup, findMailbox, notFound, requireConfirmation, requireGroup } from './objects.ts';

const show = ({ id, name, address, distinguishedName }: DistributionGroup): CmdletObject => ({
  properties: {
    Name: name,
    DisplayName: name,
    GroupType: 'Universal, SecurityEnabled',
    PrimarySmtpAddress: address,
    DistinguishedName: distinguishedName,
    Guid: id,
    Identity: name,
  },
  view: ['Name', 'DisplayName', 'GroupType', 'PrimarySmtpAddress'],
});

export const distributionGroupCmdlets = [
  cmdlet(
    'New-DistributionGroup',
    {
      Name: text,
      Alias: text.optional(),
      PrimarySmtpAddress: text.optional(),
      Members: texts.optional(),
      Type: oneOf('Distribution', 'Security').optional(),
      Confirm: flag,
    },
    (session, { Name, Alias, PrimarySmtpAddress, Members = [] }) => {
      if (findGroup(session, Name) !== undefined) {
        // No page of Microsoft's has the sentence.
        throw new CmdletError(`The name "${Name}" is already being used. Please try another name.`);
      }
      const { id: tenantId, domain } = session.tenant;
      const made: DistributionGroup = {
        tenantId,
        id: crypto.randomUUID(),
        name: Name,
        address: PrimarySmtpAddress ?? `${Alias ?? Name.replace(/[^\w.-]/g, '')}@${domain}`,
        distinguishedName: `CN=${Name},OU=${domain},OU=Microsoft Exchange Hosted Organizations,DC=LOCALCLOUD,DC=PROD,DC=OUTLOOK,DC=COM`,
        members: Members.map((member) => requireMember(session, member)),
      };
      session.state.distributionGroups.push(made);
      return [show(made)];
    },
    { positional: ['Name'] },
  ),
  cmdlet(
    'Get-DistributionGroup',
    { Identity: text.optional() },
    (session, { Identity }) => {
      const { state, tenant } = session;
      const all = state.distributionGroups.filter(({ tenantId }) => tenantId === tenant.id);
      return (Identity === undefined ? all : [requireGroup(session, Identity)]).map(show);
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Add-DistributionGroupMember',
    { Identity: text, Member: text, Confirm: flag },
    (session, { Identity, Member }) => {
      const group = requireGroup(session, Identity);
      const member = requireMember(session, Member);
      if (group.members.some((one) => isSame(one, member))) {
        // No page of Microsoft's has the sentence.
        throw new CmdletError(`The recipient "${Member}" is already a member of the group "${group.name}".`);
      }
      group.members.push(member);
      return [];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Remove-DistributionGroupMember',
    { Identity: text, Member: text, Confirm: flag },
    (session, { Identity, Member, Confirm }) => {
      requireConfirmation(Confirm);
      const group = requireGroup(session, Identity);
      const member = requireMember(session, Member);
      if (!group.members.some((one) => isSame(one, member))) {
        throw new CmdletError(`The recipient "${Member}" isn't a member of the group "${group.name}".`);
      }
      group.members = group.members.filter((one) => !isSame(one, member));
      return [];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Get-DistributionGroupMember',
    { Identity: text },
    (session, { Identity }) =>
      requireGroup(session, Identity).members.map((address) => ({
        properties: { Name: findMailbox(session, address)?.displayName ?? address, PrimarySmtpAddress: address },
        view: ['Name', 'PrimarySmtpAddress'],
      })),
    { positional: ['Identity'] },
  ),
];

/** A mailbox or a group, by its address. */
function requireMember(session: ExchangeSession, identity: string): string {
  const member = findMailbox(session, identity)?.address ?? findGroup(session, identity)?.address;
  return member ?? notFound(session, identity);
}
