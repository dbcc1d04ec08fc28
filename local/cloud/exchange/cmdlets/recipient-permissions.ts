/** Who may send in the name of a mailbox: https://learn.microsoft.com/powershell/module/exchangepowershell/add-recipientpermission. */

import type { RecipientPermission } from '../../state/exchange.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { flag, oneOf, text } from '../powershell/parameter-types.ts';
import type { CmdletObject } from '../powershell/value.ts';
import { isPresent } from '../propagation.ts';
import { isSame } from '../same.ts';
import type { ExchangeSession } from '../session.ts';
import { requireConfirmation, requireMailbox, requireTrustee } from './objects.ts';

const sendAs = oneOf('SendAs');

const show = ({ mailbox, trustee, accessRights }: RecipientPermission): CmdletObject => ({
  properties: {
    Identity: mailbox,
    Trustee: trustee,
    AccessControlType: 'Allow',
    AccessRights: [...accessRights],
    IsInherited: false,
  },
  view: ['Identity', 'Trustee', 'AccessControlType', 'AccessRights'],
});

/** Every mailbox has it. */
const ofItself = (mailbox: string): CmdletObject =>
  show({ tenantId: '', mailbox, trustee: 'NT AUTHORITY\\SELF', accessRights: ['SendAs'] });

const permissionsOn = ({ state, tenant }: ExchangeSession, mailbox: string): RecipientPermission[] =>
  state.recipientPermissions.filter(
    (one) => one.tenantId === tenant.id && isSame(one.mailbox, mailbox) && isPresent(one),
  );

export const recipientPermissionCmdlets = [
  cmdlet(
    'Add-RecipientPermission',
    { Identity: text, Trustee: text, AccessRights: sendAs, Confirm: flag },
    (session, { Identity, Trustee, Confirm }) => {
      const { address } = requireMailbox(session, Identity);
      const trustee = requireTrustee(session, Trustee);
      // Here an administrator answers the question; a script that runs alone has to.
      if (Confirm === undefined) session.warn('This cmdlet asks before it acts, unless -Confirm:$false is given.');
      const known = permissionsOn(session, address).find((one) => isSame(one.trustee, trustee));
      if (known !== undefined) {
        session.warn(
          `The appropriate access control entry is already present on the object "${address}" for account "${trustee}".`,
        );
        return [show(known)];
      }
      const made: RecipientPermission = {
        tenantId: session.tenant.id,
        mailbox: address,
        trustee,
        accessRights: ['SendAs'],
        since: session.now,
      };
      session.state.recipientPermissions.push(made);
      return [show(made)];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Get-RecipientPermission',
    { Identity: text, Trustee: text.optional(), AccessRights: sendAs.optional() },
    (session, { Identity, Trustee }) => {
      const { address } = requireMailbox(session, Identity);
      const given = permissionsOn(session, address);
      if (Trustee === undefined) return [ofItself(address), ...given.map(show)];
      const trustee = requireTrustee(session, Trustee);
      return given.filter((one) => isSame(one.trustee, trustee)).map(show);
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Remove-RecipientPermission',
    { Identity: text, Trustee: text, AccessRights: sendAs, Confirm: flag },
    (session, { Identity, Trustee, Confirm }) => {
      requireConfirmation(Confirm);
      const { address } = requireMailbox(session, Identity);
      const trustee = requireTrustee(session, Trustee);
      const known = permissionsOn(session, address).find((one) => isSame(one.trustee, trustee));
      if (known !== undefined) known.until = session.now;
      else {
        session.warn(
          `Can't remove the access control entry on the object "${address}" for account "${trustee}" because the ACE doesn't exist on the object.`,
        );
      }
      return [];
    },
    { positional: ['Identity'] },
  ),
];
