/**
 * Exchange's own references to the enterprise applications of Entra. Exchange takes any object id: that of the app
 * registration, which is the usual mistake, shows only when the app signs in.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/new-serviceprincipal
 */

import type { ExchangeServicePrincipal } from '../../state/exchange.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { flag, guid, text } from '../powershell/parameter-types.ts';
import { CmdletError } from '../powershell/script-error.ts';
import type { CmdletObject } from '../powershell/value.ts';
import { isSame } from '../same.ts';
import { requireConfirmation, requireServicePrincipal, servicePrincipalsOf } from './objects.ts';

const show = ({ appId, objectId, displayName }: ExchangeServicePrincipal): CmdletObject => ({
  properties: {
    DisplayName: displayName,
    AppId: appId,
    ObjectId: objectId,
    ServiceId: objectId,
    Identity: objectId,
    Name: objectId,
    Guid: objectId,
  },
  view: ['DisplayName', 'ObjectId', 'AppId'],
});

export const servicePrincipalCmdlets = [
  cmdlet(
    'New-ServicePrincipal',
    {
      AppId: guid,
      ObjectId: guid.optional(),
      /** The former name of ObjectId. */
      ServiceId: guid.optional(),
      DisplayName: text.default(''),
      Organization: text.optional(),
      Confirm: flag,
    },
    (session, { AppId, ObjectId, ServiceId, DisplayName }) => {
      if (ObjectId !== undefined && ServiceId !== undefined) {
        throw new CmdletError('Parameter set cannot be resolved using the specified named parameters.');
      }
      if (ServiceId !== undefined) session.warn('The ServiceId parameter is being deprecated. Use ObjectId instead.');
      const objectId = ObjectId ?? ServiceId;
      if (objectId === undefined) {
        throw new CmdletError('Cannot process command because of one or more missing mandatory parameters: ObjectId.');
      }
      const known = servicePrincipalsOf(session).find(
        (one) => isSame(one.appId, AppId) || isSame(one.objectId, objectId),
      );
      // No source has Exchange's sentence.
      if (known !== undefined) {
        throw new CmdletError(`The service principal ${known.objectId} of app ${known.appId} already exists.`);
      }
      const made = {
        tenantId: session.tenant.id,
        appId: AppId,
        objectId,
        displayName: DisplayName,
        since: session.now,
      };
      session.state.exchangeServicePrincipals.push(made);
      return [show(made)];
    },
  ),
  cmdlet(
    'Get-ServicePrincipal',
    { Identity: text.optional(), Organization: text.optional() },
    (session, { Identity }) => {
      const found =
        Identity === undefined ? servicePrincipalsOf(session) : [requireServicePrincipal(session, Identity)];
      return found.map(show);
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Set-ServicePrincipal',
    { Identity: text, DisplayName: text, Confirm: flag },
    (session, { Identity, DisplayName }) => {
      requireServicePrincipal(session, Identity).displayName = DisplayName;
      return [];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Remove-ServicePrincipal',
    { Identity: text, Confirm: flag },
    (session, { Identity, Confirm }) => {
      requireConfirmation(Confirm);
      const { tenant, state, now } = session;
      const removed = requireServicePrincipal(session, Identity);
      removed.until = now;
      // A principal that is registered anew is another one, whatever its ids: it has none of the former one's rights.
      const isOf = (tenantId: string, principal: string): boolean =>
        tenantId === tenant.id && isSame(principal, removed.objectId);
      for (const one of state.mailboxPermissions) if (isOf(one.tenantId, one.user)) one.until ??= now;
      for (const one of state.recipientPermissions) if (isOf(one.tenantId, one.trustee)) one.until ??= now;
      for (const one of state.roleAssignments) if (isOf(one.tenantId, one.app)) one.until ??= now;
      return [];
    },
    { positional: ['Identity'] },
  ),
];
