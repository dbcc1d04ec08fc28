# Looks at all that can be known before anything is made, and says everything that is wrong at once, each with what to do.
# It makes nothing. azd runs it first; without azd: the same variables set, and pwsh infra/hooks/preflight.ps1
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '../..')

$script:problems = 0
function Wrong([string] $what, [string] $todo) {
  $script:problems++
  [Console]::Error.WriteLine("WRONG  $what`n       $todo")
}
# Whoever has rights in the resource group alone may not ask the subscription.
function Unseen([string] $what) { [Console]::Error.WriteLine("NOT LOOKED AT: $what") }
function Finish {
  if ($script:problems -gt 0) {
    [Console]::Error.WriteLine('Nothing was made. Mend what is listed, then try again.')
    exit 1
  }
}

# A variable must be one line of this form; one that may be absent has an empty form of its absence.
function Form([string] $name, [string] $need, [string] $pattern, [string] $what) {
  $value = [Environment]::GetEnvironmentVariable($name)
  if ([string]::IsNullOrEmpty($value)) {
    if ($need -ne 'optional') { Wrong "$name is not set: $what." "azd env set $name <value>" }
  } elseif ($value -cnotmatch "\A(?:$pattern)\z") {
    Wrong "$name is malformed: $what." "azd env set $name <value>"
  }
}
$guid = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
$address = '[^@ ,]+@[^@ ,]+'
$network = '[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?'

Form AZURE_ENV_NAME required '[a-z0-9]+(-[a-z0-9]+)*' 'lower-case letters, digits and single dashes between them'
if ("$env:AZURE_ENV_NAME".Length -gt 20) {
  Wrong 'AZURE_ENV_NAME is too long: all names are made from it, so it has 20 characters at most.' 'azd env new <a shorter name>'
} elseif ("$env:AZURE_ENV_NAME".Length -eq 1) {
  Wrong 'AZURE_ENV_NAME is too short: it has two characters at least.' 'azd env new <a longer name>'
}
Form AZURE_SUBSCRIPTION_ID required "$guid" 'the id of the subscription'
Form AZURE_RESOURCE_GROUP required '[A-Za-z0-9._()-]{0,89}[A-Za-z0-9_()-]' 'the name of the resource group, 90 characters at most'
Form AZURE_LOCATION required '[a-z0-9]+' 'the region of the resource group by its short name, such as westeurope'
Form TENANTPOST_ALERT_EMAILS required "$address(,$address){0,19}" 'who is told of alerts and costs, up to 20 addresses, separated by commas'
Form TENANTPOST_CLIENT_ID optional "$guid" 'the client id of the app registration'
Form TENANTPOST_CREDENTIAL optional 'certificate|managed-identity|secret' 'certificate, managed-identity or secret'
Form TENANTPOST_MONTHLY_BUDGET optional '[1-9][0-9]{0,8}' 'a whole number, in the currency of the subscription'
Form TENANTPOST_OPERATOR_ADDRESSES optional "$network(,$network){0,49}" 'public IPv4 addresses or ranges, separated by commas'
Form TENANTPOST_PRIVATE_NETWORK optional 'true|false' 'true or false'
Form TENANTPOST_RECOVER_VAULT optional 'true|false' 'true or false'
Form TENANTPOST_REGISTRATION_NAME optional '[A-Za-z0-9._-]{3,64}' 'letters, digits, dots and dashes, 3 to 64'
if ($env:TENANTPOST_OPERATOR_ADDRESSES -and $env:TENANTPOST_PRIVATE_NETWORK -ne 'true') {
  Wrong 'TENANTPOST_OPERATOR_ADDRESSES lets somebody in where nothing is closed.' 'azd env set TENANTPOST_PRIVATE_NETWORK true, or leave the addresses out'
}

foreach ($tool in 'az', 'node', 'npm') {
  if (-not (Get-Command $tool -ErrorAction SilentlyContinue)) { Wrong "$tool is not installed." 'docs/deploy.md names what is needed.' }
}
# What follows asks Azure, and with a wrong value would ask the wrong thing.
Finish

$subscription = az account show --query id --output tsv 2>$null
if ($LASTEXITCODE -ne 0) {
  Wrong 'Nobody is signed in to Azure.' 'az login'
  Finish
}
if ($subscription -ne $env:AZURE_SUBSCRIPTION_ID) {
  Wrong "The Azure CLI works in another subscription than $env:AZURE_SUBSCRIPTION_ID." "az account set --subscription $env:AZURE_SUBSCRIPTION_ID (first az login, if the subscription is of another account)"
  Finish
}

$location = az group show --name "$env:AZURE_RESOURCE_GROUP" --query location --output tsv 2>$null
if ($LASTEXITCODE -ne 0) {
  Wrong "There is no resource group $env:AZURE_RESOURCE_GROUP." "az group create --name $env:AZURE_RESOURCE_GROUP --location $env:AZURE_LOCATION"
} elseif ($location -ne $env:AZURE_LOCATION) {
  Wrong "The resource group $env:AZURE_RESOURCE_GROUP is in $location and AZURE_LOCATION says ${env:AZURE_LOCATION}: all resources would be in $location." "azd env set AZURE_LOCATION $location"
}

$regions = az functionapp list-flexconsumption-locations --query "[].name" --output tsv 2>$null
if ($LASTEXITCODE -ne 0) {
  Unseen "whether $env:AZURE_LOCATION has Flex Consumption."
# Names come as westeurope or as West Europe.
} elseif ($env:AZURE_LOCATION -in @($regions | ForEach-Object { $_.ToLowerInvariant().Replace(' ', '') })) {
  # The parameter file may name a version, and main.bicep has the one that is meant otherwise.
  $parameters = if ($env:TENANTPOST_PARAMETERS) { $env:TENANTPOST_PARAMETERS } else { (Select-String -Path azure.yaml -Pattern '^ *module: *(.*)').Matches[0].Groups[1].Value }
  $found = Select-String -Path "infra/$parameters.bicepparam" -Pattern "^param nodeVersion = '([0-9]*)'"
  if (-not $found) { $found = Select-String -Path infra/main.bicep -Pattern "^param nodeVersion .* = '([0-9]*)'" }
  $node = $found.Matches[0].Groups[1].Value
  $versions = az functionapp list-flexconsumption-runtimes --location "$env:AZURE_LOCATION" --runtime node --query "[].version" --output tsv 2>$null
  if ($LASTEXITCODE -ne 0) {
    Unseen "whether $env:AZURE_LOCATION has Node $node."
  } elseif ($node -notin @($versions)) {
    Wrong "Flex Consumption has no Node $node in $env:AZURE_LOCATION." "Write param nodeVersion into infra/$parameters.bicepparam, or take another region: az functionapp list-flexconsumption-runtimes --location $env:AZURE_LOCATION --runtime node"
  }
} else {
  Wrong "$env:AZURE_LOCATION has no Flex Consumption." 'Take a resource group in another region: az functionapp list-flexconsumption-locations --output table'
}

$namespaces = -split 'Microsoft.Authorization Microsoft.Consumption Microsoft.Insights Microsoft.KeyVault Microsoft.ManagedIdentity Microsoft.OperationalInsights Microsoft.Storage Microsoft.Web'
if ($env:TENANTPOST_PRIVATE_NETWORK -eq 'true') { $namespaces += -split 'Microsoft.Network Microsoft.App' }
$registered = az provider list --query "[?registrationState=='Registered'].namespace" --output tsv 2>$null
if ($LASTEXITCODE -eq 0) {
  foreach ($namespace in $namespaces) {
    if ($namespace -notin @($registered)) {
      Wrong "The resource provider $namespace is not registered in the subscription." "az provider register --namespace $namespace --wait"
    }
  }
} else {
  Unseen 'which resource providers are registered.'
}

Finish
Write-Output 'All that can be known beforehand is well.'
exit 0
