/**
 * Enterprise applications as Entra has them, for scripts that look their object id up: that id, and not the one of the
 * app registration, is what New-ServicePrincipal is to be given.
 */

import type { EnterpriseApp } from '../../state.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { text, texts } from '../powershell/parameter-types.ts';
import { CmdletError } from '../powershell/script-error.ts';
import type { CmdletObject } from '../powershell/value.ts';
import { isSame } from '../same.ts';
import type { ExchangeSession } from '../session.ts';

interface NamedApp extends EnterpriseApp {
  displayName: string;
}

function enterpriseAppsOf({ state, directory }: ExchangeSession): NamedApp[] {
  return state.enterpriseApps
    .filter(({ tenantId }) => tenantId === directory.id)
    .map((app) => ({
      ...app,
      displayName: state.registrations.find(({ appId }) => appId === app.appId)?.displayName ?? app.appId,
    }));
}

const show = ({ objectId, appId, displayName }: NamedApp): CmdletObject => ({
  properties: { DisplayName: displayName, Id: objectId, ObjectId: objectId, AppId: appId },
  view: ['DisplayName', 'Id', 'AppId'],
});

const needsNoConnection = true;

export const directoryCmdlets = [
  cmdlet(
    'Connect-MgGraph',
    { Scopes: texts.optional(), TenantId: text.optional() },
    (session, { TenantId }) => {
      if (TenantId !== undefined) session.connectDirectory(TenantId);
      else session.connectDirectory(session.directory.id);
      return [];
    },
    { needsNoConnection },
  ),
  cmdlet(
    'Get-MgServicePrincipal',
    { Filter: text },
    (session, { Filter }) => {
      const [, property, quoted] = /^\s*(appId|displayName)\s+eq\s+'((?:[^']|'')*)'\s*$/i.exec(Filter) ?? [];
      if (property === undefined || quoted === undefined) {
        throw new CmdletError("Invalid filter clause: only appId eq '...' and displayName eq '...' are known here.");
      }
      const wanted = quoted.replaceAll("''", "'");
      const isWanted = ({ appId, displayName }: NamedApp): boolean =>
        isSame(isSame(property, 'appId') ? appId : displayName, wanted);
      return enterpriseAppsOf(session).filter(isWanted).map(show);
    },
    { needsNoConnection },
  ),
  // Of a module that is retired; Microsoft's page on OAuth for IMAP, POP and SMTP still uses it.
  cmdlet(
    'Get-AzureADServicePrincipal',
    { SearchString: text },
    (session, { SearchString }) =>
      enterpriseAppsOf(session)
        .filter(({ displayName }) => displayName.toLowerCase().startsWith(SearchString.toLowerCase()))
        .map(show),
    { needsNoConnection },
  ),
];
