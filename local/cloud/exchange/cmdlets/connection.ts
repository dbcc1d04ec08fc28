/** How a script comes to its organization: https://learn.microsoft.com/powershell/exchange/connect-to-exchange-online-powershell. */

import { cmdlet } from '../powershell/cmdlet.ts';
import { flag, guid, oneOf, text } from '../powershell/parameter-types.ts';
import { CmdletError } from '../powershell/script-error.ts';
import { isSame } from '../same.ts';

const moduleName = oneOf('ExchangeOnlineManagement');
const exchangeModule = { Name: 'ExchangeOnlineManagement', Version: '3.9.0' };
const needsNoConnection = true;

export const connectionCmdlets = [
  cmdlet(
    'Connect-ExchangeOnline',
    {
      Organization: text.optional(),
      UserPrincipalName: text.optional(),
      AppId: guid.optional(),
      CertificateThumbprint: text.optional(),
      CertificateFilePath: text.optional(),
      ShowBanner: flag,
      Device: flag,
    },
    (session, { Organization, UserPrincipalName, AppId, CertificateThumbprint, CertificateFilePath }) => {
      if (AppId !== undefined && (Organization === undefined || !(CertificateThumbprint ?? CertificateFilePath))) {
        // https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2
        throw new CmdletError('Parameter set cannot be resolved: -AppId needs -Organization and a certificate.');
      }
      const organization = Organization ?? UserPrincipalName?.split('@')[1];
      if (organization !== undefined) session.connect(organization);
      else if (!session.isConnected) {
        // There is no window here in which somebody could sign in; its choice has to be given.
        throw new CmdletError('Nobody can sign in here: give -Organization or -UserPrincipalName.');
      }
      return [];
    },
    { needsNoConnection },
  ),
  cmdlet(
    'Disconnect-ExchangeOnline',
    { Confirm: flag },
    (session) => {
      session.disconnect();
      return [];
    },
    { needsNoConnection },
  ),
  // The module is always here.
  cmdlet(
    'Get-Module',
    { Name: text.optional(), ListAvailable: flag },
    (_session, { Name }) =>
      Name === undefined || isSame(Name, exchangeModule.Name)
        ? [{ properties: exchangeModule, view: ['Version', 'Name'] }]
        : [],
    { positional: ['Name'], needsNoConnection },
  ),
  cmdlet('Import-Module', { Name: moduleName }, () => [], { positional: ['Name'], needsNoConnection }),
  cmdlet('Install-Module', { Name: moduleName, AllowPrerelease: flag, Force: flag, Scope: text.optional() }, () => [], {
    positional: ['Name'],
    needsNoConnection,
  }),
];
