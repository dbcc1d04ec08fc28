#!/bin/sh
# Before azd makes anything: looks whether it can, then sees to it that there is an app registration, since the app is set up
# with its client id.
set -eu
cd "$(dirname "$0")/../.."

sh infra/hooks/preflight.sh

# Made by an earlier run, or somebody else's.
if [ -n "${TENANTPOST_CLIENT_ID:-}" ]; then exit 0; fi

TENANTPOST_REGISTRATION_NAME=${TENANTPOST_REGISTRATION_NAME:-tenantpost-$AZURE_ENV_NAME-${AZURE_SUBSCRIPTION_ID%%-*}}
export TENANTPOST_REGISTRATION_NAME

# One that an earlier run has made is taken as it is: deployed here, where nobody knows the app's address, it would lose its
# redirect URI.
client_id=$(az deployment group show --resource-group "$AZURE_RESOURCE_GROUP" --name tenantpost-registration --query properties.outputs.clientId.value --output tsv 2>/dev/null || true)
if [ -z "$client_id" ]; then
  echo "Registering the app $TENANTPOST_REGISTRATION_NAME"
  if ! client_id=$(az deployment group create --resource-group "$AZURE_RESOURCE_GROUP" --name tenantpost-registration --parameters infra/registration/main.bicepparam --query properties.outputs.clientId.value --output tsv); then
    echo 'The app could not be registered. It takes the role Application Developer in Entra, or more; or have somebody register it (docs/app-registration.md) and: azd env set TENANTPOST_CLIENT_ID <its client id>' >&2
    exit 1
  fi
fi

azd env set TENANTPOST_REGISTRATION_NAME "$TENANTPOST_REGISTRATION_NAME"
azd env set TENANTPOST_CLIENT_ID "$client_id"
