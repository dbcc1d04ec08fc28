#!/bin/sh
# After azd has made the resources: tells the app registration where the app is, and gives the app what it proves itself with.
set -eu
cd "$(dirname "$0")/../.."

if [ -n "${TENANTPOST_REGISTRATION_NAME:-}" ]; then
  TENANTPOST_REGISTRATION_URL=$AZURE_FUNCTION_APP_URL
  TENANTPOST_REGISTRATION_PRINCIPAL_ID=
  # No second way in where a certificate is the first.
  if [ "$AZURE_APP_CREDENTIAL" = managed-identity ]; then TENANTPOST_REGISTRATION_PRINCIPAL_ID=$AZURE_IDENTITY_PRINCIPAL_ID; fi
  export TENANTPOST_REGISTRATION_URL TENANTPOST_REGISTRATION_PRINCIPAL_ID
  echo "Telling the app registration $TENANTPOST_REGISTRATION_NAME where the app is"
  az deployment group create --resource-group "$AZURE_RESOURCE_GROUP" --name tenantpost-registration --parameters infra/registration/main.bicepparam --output none
else
  echo "The app registration $TENANTPOST_CLIENT_ID is somebody else's. It needs the redirect URI $AZURE_CALLBACK_URL (Web)"
  if [ "$AZURE_APP_CREDENTIAL" = managed-identity ]; then
    echo "and a federated credential whose subject is $AZURE_IDENTITY_PRINCIPAL_ID: docs/credential-managed-identity.md"
  fi
fi

if [ "$AZURE_APP_CREDENTIAL" = certificate ]; then sh infra/hooks/certificate.sh; fi
