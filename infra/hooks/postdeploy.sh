#!/bin/sh
# After azd has deployed the app: waits until it answers, says what to do with it, and lets the doctor look at it for the first time.
set -eu
cd "$(dirname "$0")/../.."

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
left=60
until [ "$(curl --silent --max-time 30 --output "$answer" --write-out '%{http_code}' "$AZURE_FUNCTION_APP_URL/api/health" || true)" = 200 ]; do
  left=$((left - 1))
  if [ "$left" -eq 0 ]; then
    cat "$answer" >&2
    printf '\n%s\n' "$AZURE_FUNCTION_APP_URL/api/health has not answered 200 within five minutes. What it said stands above; docs/deploy.md says where to look." >&2
    exit 1
  fi
  sleep "${TENANTPOST_HOOK_PAUSE_SECONDS:-5}"
done

cat <<END

The app runs:       $AZURE_FUNCTION_APP_URL
Callback URL:       $AZURE_CALLBACK_URL
                    It is the redirect URI (Web) of the app registration $TENANTPOST_CLIENT_ID.

In your shell, for the commands below (docs/cli.md):
  export TPCLI_URL=$AZURE_FUNCTION_APP_URL
  export TPCLI_KEY=\$(az functionapp keys list --resource-group $AZURE_RESOURCE_GROUP --name $AZURE_FUNCTION_APP_NAME --query functionKeys.default --output tsv)

Invite a tenant:    npm run -s tenantpost -- invite <tenant>
                    Send its administrator the link that it prints, with docs/tenant-admin.md.
Your console:       npm run -s tenantpost -- console

END

echo "The first run of the doctor, for your own tenant. Until that has consented the tenant is what it finds wrong; all before it is the installation."
TPCLI_URL=$AZURE_FUNCTION_APP_URL
TPCLI_KEY=$(az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME" --query functionKeys.default --output tsv)
export TPCLI_URL TPCLI_KEY
code=0
npm run -s tenantpost -- doctor "$AZURE_TENANT_ID" || code=$?
# 3 and 4 are answers: docs/cli.md.
case $code in
  0 | 3 | 4) exit 0 ;;
  *) exit "$code" ;;
esac
