/** What `npm run cloud` tells people: where everything answers, what to set, and what to try first. */

import type { LocalCloud } from './cloud/index.ts';
import { endpointsOf } from './cloud/environment.ts';
import { exampleSecret } from './cloud/seed-file/example-seed.ts';

/** @param kept where its data is kept, if it is. */
export function describeCloud(cloud: LocalCloud, kept: string | undefined): string {
  const variables = Object.entries(cloud.environment).filter(([name]) => !name.startsWith('LOCAL_CLOUD_'));
  return `
The local Microsoft cloud is running on this machine.

${table(Object.entries(endpointsOf(cloud)))}

Set for the application (--env FILE writes them, with LOCAL_CLOUD_<NAME>_URL for each of the above):

${variables.map(([name, value]) => `  ${name}=${value}`).join('\n')}

Whatever is not Node trusts the cloud by the same file: ${cloud.caFile}
@azure/identity takes it with authorityHost, or AZURE_AUTHORITY_HOST, and disableInstanceDiscovery: true.

${tryThis(cloud)}
Ctrl-C stops it. ${kept === undefined ? 'Nothing is kept then.' : `What happened is kept in ${kept}.`}
`;
}

function table(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, url]) => `  ${name.padEnd(width)}  ${url}`).join('\n');
}

/** A token, a mail with it, and the identity: with what the state has for them, or nothing where it has not enough. */
function tryThis({ state, urls, caFile, identityHeader }: LocalCloud): string {
  const [consent] = state.enterpriseApps;
  const tenant = state.tenants.find(({ id }) => id === consent?.tenantId);
  const registration = state.registrations.find(({ appId }) => appId === consent?.appId);
  const mailbox = state.mailboxes.find(({ tenantId }) => tenantId === tenant?.id);
  const [identity] = state.identities;
  const lines: string[] = [];
  if (tenant !== undefined && registration !== undefined && mailbox !== undefined) {
    const isExample = registration.secrets?.some(({ hint }) => exampleSecret.startsWith(hint)) ?? false;
    const token = `${urls.entra}/${tenant.domain}/oauth2/v2.0/token`;
    const mail = JSON.stringify({
      message: {
        subject: 'Hello',
        body: { content: 'Hello' },
        toRecipients: [{ emailAddress: { address: mailbox.address } }],
      },
    });
    const curl = `curl -s --cacert '${caFile}'`;
    lines.push(
      `TOKEN=$(${curl} ${token} -d grant_type=client_credentials -d scope=https://graph.microsoft.com/.default ` +
        `-d client_id=${registration.appId} -d client_secret=${isExample ? exampleSecret : '...'} | sed 's/.*"access_token":"//;s/".*//')`,
      `${curl} -w '%{http_code}\\n' ${urls.graph}/v1.0/users/${mailbox.address}/sendMail -H "Authorization: Bearer $TOKEN" ` +
        `-H 'Content-Type: application/json' -d '${mail}'`,
    );
  }
  if (identity !== undefined) {
    const query = `api-version=2019-08-01&resource=https://vault.azure.net&client_id=${identity.clientId}`;
    lines.push(`curl -s '${urls.identity}/msi/token?${query}' -H 'X-IDENTITY-HEADER: ${identityHeader}'`);
  }
  return lines.length === 0 ? '' : `Try:\n\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
