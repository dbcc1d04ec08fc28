# Before azd makes anything: looks whether it can, then sees to it that there is an app registration, since the app is set up
# with its client id.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '../..')

& "$PSScriptRoot/preflight.ps1"
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }

# Made by an earlier run, or somebody else's.
if ($env:TENANTPOST_CLIENT_ID) { exit 0 }

if (-not $env:TENANTPOST_REGISTRATION_NAME) {
  $env:TENANTPOST_REGISTRATION_NAME = "tenantpost-$env:AZURE_ENV_NAME-$($env:AZURE_SUBSCRIPTION_ID.Split('-')[0])"
}

# One that an earlier run has made is taken as it is: deployed here, where nobody knows the app's address, it would lose its
# redirect URI.
$clientId = az deployment group show --resource-group "$env:AZURE_RESOURCE_GROUP" --name tenantpost-registration --query properties.outputs.clientId.value --output tsv 2>$null
if (-not $clientId) {
  Write-Output "Registering the app $env:TENANTPOST_REGISTRATION_NAME"
  $clientId = az deployment group create --resource-group "$env:AZURE_RESOURCE_GROUP" --name tenantpost-registration --parameters infra/registration/main.bicepparam --query properties.outputs.clientId.value --output tsv
  if ($LASTEXITCODE -ne 0) {
    [Console]::Error.WriteLine('The app could not be registered. It takes the role Application Developer in Entra, or more; or have somebody register it (docs/app-registration.md) and: azd env set TENANTPOST_CLIENT_ID <its client id>')
    exit 1
  }
}

azd env set TENANTPOST_REGISTRATION_NAME "$env:TENANTPOST_REGISTRATION_NAME"
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
azd env set TENANTPOST_CLIENT_ID "$clientId"
exit $LASTEXITCODE
