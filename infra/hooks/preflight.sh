#!/bin/sh
# Looks at all that can be known before anything is made, and says everything that is wrong at once, each with what to do.
# It makes nothing. azd runs it first; without azd: the same variables exported, and sh infra/hooks/preflight.sh
set -eu
cd "$(dirname "$0")/../.."

problems=0
wrong() {
  problems=$((problems + 1))
  printf 'WRONG  %s\n       %s\n' "$1" "$2" >&2
}
# Whoever has rights in the resource group alone may not ask the subscription.
unseen() { printf 'NOT LOOKED AT: %s\n' "$1" >&2; }
finish() {
  if [ "$problems" -gt 0 ]; then
    printf 'Nothing was made. Mend what is listed, then try again.\n' >&2
    exit 1
  fi
}

# A variable must be one line of this form; one that may be absent has an empty form of its absence.
form() {
  eval "value=\${$1:-}"
  # shellcheck disable=SC2154 # assigned by eval
  if [ -z "$value" ]; then
    [ "$2" = optional ] || wrong "$1 is not set: $4." "azd env set $1 <value>"
  elif ! printf '%s' "$value" | tr '\n' ' ' | grep -Eqx -e "$3"; then
    wrong "$1 is malformed: $4." "azd env set $1 <value>"
  fi
}
guid='[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
address='[^@ ,]+@[^@ ,]+'
network='[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?'

form AZURE_ENV_NAME required '[a-z0-9]+(-[a-z0-9]+)*' 'lower-case letters, digits and single dashes between them'
if [ "$(printf '%s' "${AZURE_ENV_NAME:-}" | wc -c)" -gt 20 ]; then
  wrong 'AZURE_ENV_NAME is too long: all names are made from it, so it has 20 characters at most.' 'azd env new <a shorter name>'
elif [ "$(printf '%s' "${AZURE_ENV_NAME:-}" | wc -c)" -eq 1 ]; then
  wrong 'AZURE_ENV_NAME is too short: it has two characters at least.' 'azd env new <a longer name>'
fi
form AZURE_SUBSCRIPTION_ID required "$guid" 'the id of the subscription'
form AZURE_RESOURCE_GROUP required '[A-Za-z0-9._()-]{0,89}[A-Za-z0-9_()-]' 'the name of the resource group, 90 characters at most'
form AZURE_LOCATION required '[a-z0-9]+' 'the region of the resource group by its short name, such as westeurope'
form TENANTPOST_ALERT_EMAILS required "$address(,$address){0,19}" 'who is told of alerts and costs, up to 20 addresses, separated by commas'
form TENANTPOST_CLIENT_ID optional "$guid" 'the client id of the app registration'
form TENANTPOST_CREDENTIAL optional 'certificate|managed-identity|secret' 'certificate, managed-identity or secret'
form TENANTPOST_MONTHLY_BUDGET optional '[1-9][0-9]{0,8}' 'a whole number, in the currency of the subscription'
form TENANTPOST_OPERATOR_ADDRESSES optional "$network(,$network){0,49}" 'public IPv4 addresses or ranges, separated by commas'
form TENANTPOST_PRIVATE_NETWORK optional 'true|false' 'true or false'
form TENANTPOST_RECOVER_VAULT optional 'true|false' 'true or false'
form TENANTPOST_REGISTRATION_NAME optional '[A-Za-z0-9._-]{3,64}' 'letters, digits, dots and dashes, 3 to 64'
if [ -n "${TENANTPOST_OPERATOR_ADDRESSES:-}" ] && [ "${TENANTPOST_PRIVATE_NETWORK:-false}" != true ]; then
  wrong 'TENANTPOST_OPERATOR_ADDRESSES lets somebody in where nothing is closed.' 'azd env set TENANTPOST_PRIVATE_NETWORK true, or leave the addresses out'
fi

for tool in az node npm curl; do
  command -v "$tool" >/dev/null 2>&1 || wrong "$tool is not installed." 'docs/deploy.md names what is needed.'
done
# What follows asks Azure, and with a wrong value would ask the wrong thing.
finish

if ! subscription=$(az account show --query id --output tsv 2>/dev/null); then
  wrong 'Nobody is signed in to Azure.' 'az login'
  finish
fi
if [ "$subscription" != "$AZURE_SUBSCRIPTION_ID" ]; then
  wrong "The Azure CLI works in another subscription than $AZURE_SUBSCRIPTION_ID." "az account set --subscription $AZURE_SUBSCRIPTION_ID (first az login, if the subscription is of another account)"
  finish
fi

if ! location=$(az group show --name "$AZURE_RESOURCE_GROUP" --query location --output tsv 2>/dev/null); then
  wrong "There is no resource group $AZURE_RESOURCE_GROUP." "az group create --name $AZURE_RESOURCE_GROUP --location $AZURE_LOCATION"
elif [ "$location" != "$AZURE_LOCATION" ]; then
  wrong "The resource group $AZURE_RESOURCE_GROUP is in $location and AZURE_LOCATION says $AZURE_LOCATION: all resources would be in $location." "azd env set AZURE_LOCATION $location"
fi

if ! regions=$(az functionapp list-flexconsumption-locations --query "[].name" --output tsv 2>/dev/null); then
  unseen "whether $AZURE_LOCATION has Flex Consumption."
# Names come as westeurope or as West Europe.
elif printf '%s\n' "$regions" | tr '[:upper:]' '[:lower:]' | tr -d ' ' | grep -Fqx -e "$AZURE_LOCATION"; then
  # The parameter file may name a version, and main.bicep has the one that is meant otherwise.
  parameters=${TENANTPOST_PARAMETERS:-$(sed -n 's/^ *module: *//p' azure.yaml)}
  node=$(sed -n "s/^param nodeVersion = '\([0-9]*\)'.*/\1/p" "infra/$parameters.bicepparam")
  [ -n "$node" ] || node=$(sed -n "s/^param nodeVersion .* = '\([0-9]*\)'.*/\1/p" infra/main.bicep)
  if ! versions=$(az functionapp list-flexconsumption-runtimes --location "$AZURE_LOCATION" --runtime node --query "[].version" --output tsv 2>/dev/null); then
    unseen "whether $AZURE_LOCATION has Node $node."
  elif ! printf '%s\n' "$versions" | grep -Fqx -e "$node"; then
    wrong "Flex Consumption has no Node $node in $AZURE_LOCATION." "Write param nodeVersion into infra/$parameters.bicepparam, or take another region: az functionapp list-flexconsumption-runtimes --location $AZURE_LOCATION --runtime node"
  fi
else
  wrong "$AZURE_LOCATION has no Flex Consumption." 'Take a resource group in another region: az functionapp list-flexconsumption-locations --output table'
fi

namespaces='Microsoft.Authorization Microsoft.Consumption Microsoft.Insights Microsoft.KeyVault Microsoft.ManagedIdentity Microsoft.OperationalInsights Microsoft.Storage Microsoft.Web'
[ "${TENANTPOST_PRIVATE_NETWORK:-false}" = false ] || namespaces="$namespaces Microsoft.Network Microsoft.App"
if registered=$(az provider list --query "[?registrationState=='Registered'].namespace" --output tsv 2>/dev/null); then
  for namespace in $namespaces; do
    printf '%s\n' "$registered" | grep -Fiqx -e "$namespace" ||
      wrong "The resource provider $namespace is not registered in the subscription." "az provider register --namespace $namespace --wait"
  done
else
  unseen 'which resource providers are registered.'
fi

finish
echo "All that can be known beforehand is well."
