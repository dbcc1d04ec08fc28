/** Who may open a mailbox: https://learn.microsoft.com/powershell/module/exchangepowershell/add-mailboxpermission. */

import type { MailboxPermission } from '../../state/exchange.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { bool, flag, oneOf, text } from '../powershell/parameter-types.ts';
import type { CmdletObject } from '../powershell/value.ts';
import { isPresent } from '../propagation.ts';
import { isSame } from '../same.ts';
import type { ExchangeSession } from '../session.ts';
import { requireConfirmation, requireMailbox, requireTrustee } from './objects.ts';

const fullAccess = oneOf('FullAccess');

const show = ({ mailbox, user, accessRights }: MailboxPermission): CmdletObject => ({
  properties: { Identity: mailbox, User: user, AccessRights: [...accessRights], IsInherited: false, Deny: false },
  view: ['Identity', 'User', 'AccessRights', 'IsInherited'],
});

/** Every mailbox has it: https://github.com/Microsoft365DSC/Microsoft365DSC/issues/3942. */
const ofItself = (mailbox: string): CmdletObject => {
  const { properties, view } = show({
    tenantId: '',
    mailbox,
    user: 'NT AUTHORITY\\SELF',
    accessRights: ['FullAccess'],
  });
  return { properties: { ...properties, AccessRights: ['FullAccess', 'ReadPermission'] }, view };
};

const permissionsOn = ({ state, tenant }: ExchangeSession, mailbox: string): MailboxPermission[] =>
  state.mailboxPermissions.filter(
    (one) => one.tenantId === tenant.id && isSame(one.mailbox, mailbox) && isPresent(one),
  );

export const mailboxPermissionCmdlets = [
  cmdlet(
    'Add-MailboxPermission',
    {
      Identity: text,
      User: text,
      AccessRights: fullAccess,
      AutoMapping: bool.optional(),
      InheritanceType: oneOf('All').optional(),
      Confirm: flag,
    },
    (session, { Identity, User }) => {
      const { address } = requireMailbox(session, Identity);
      const user = requireTrustee(session, User);
      const known = permissionsOn(session, address).find((one) => isSame(one.user, user));
      if (known !== undefined) {
        // What the module says, and below; no page of Microsoft's has the sentences.
        session.warn(
          `The appropriate access control entry is already present on the object "${address}" for account "${user}".`,
        );
        return [show(known)];
      }
      const made: MailboxPermission = {
        tenantId: session.tenant.id,
        mailbox: address,
        user,
        accessRights: ['FullAccess'],
        since: session.now,
      };
      session.state.mailboxPermissions.push(made);
      return [show(made)];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Get-MailboxPermission',
    { Identity: text, User: text.optional() },
    (session, { Identity, User }) => {
      const { address } = requireMailbox(session, Identity);
      const given = permissionsOn(session, address);
      if (User === undefined) return [ofItself(address), ...given.map(show)];
      const user = requireTrustee(session, User);
      return given.filter((one) => isSame(one.user, user)).map(show);
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Remove-MailboxPermission',
    {
      Identity: text,
      User: text,
      AccessRights: fullAccess,
      InheritanceType: oneOf('All').optional(),
      Confirm: flag,
    },
    (session, { Identity, User, Confirm }) => {
      requireConfirmation(Confirm);
      const { address } = requireMailbox(session, Identity);
      const user = requireTrustee(session, User);
      const known = permissionsOn(session, address).find((one) => isSame(one.user, user));
      if (known !== undefined) known.until = session.now;
      else {
        session.warn(
          `Can't remove the access control entry on the object "${address}" for account "${user}" because the ACE doesn't exist on the object.`,
        );
      }
      return [];
    },
    { positional: ['Identity'] },
  ),
];
