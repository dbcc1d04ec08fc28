/** What the hooks find in their environment once main.bicep has been deployed. */

import { clientId, contoso, enterpriseApp } from './app-identity.ts';

const url = 'https://func-contoso.azurewebsites.net';
export const provisioned = {
  AZURE_RESOURCE_GROUP: 'rg-contoso',
  AZURE_TENANT_ID: contoso,
  AZURE_FUNCTION_APP_NAME: 'func-contoso',
  AZURE_FUNCTION_APP_URL: url,
  AZURE_CALLBACK_URL: `${url}/api/consent/callback`,
  AZURE_IDENTITY_PRINCIPAL_ID: enterpriseApp,
  AZURE_KEY_VAULT_NAME: 'kv-contoso',
  AZURE_APP_CREDENTIAL: 'certificate',
  AZURE_CERTIFICATE_NAME: 'tenantpost',
  AZURE_CERTIFICATE_EXPORTABLE: 'false',
  TENANTPOST_CLIENT_ID: clientId,
};
