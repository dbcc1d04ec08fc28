# After azd has made the resources: tells the app registration where the app is, and gives the app what it proves itself with.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '../..')

if ($env:TENANTPOST_REGISTRATION_NAME) {
  $env:TENANTPOST_REGISTRATION_URL = $env:AZURE_FUNCTION_APP_URL
  $env:TENANTPOST_REGISTRATION_PRINCIPAL_ID = ''
  # No second way in where a certificate is the first.
  if ($env:AZURE_APP_CREDENTIAL -eq 'managed-identity') { $env:TENANTPOST_REGISTRATION_PRINCIPAL_ID = $env:AZURE_IDENTITY_PRINCIPAL_ID }
  Write-Output "Telling the app registration $env:TENANTPOST_REGISTRATION_NAME where the app is"
  az deployment group create --resource-group "$env:AZURE_RESOURCE_GROUP" --name tenantpost-registration --parameters infra/registration/main.bicepparam --output none
  if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
} else {
  Write-Output "The app registration $env:TENANTPOST_CLIENT_ID is somebody else's. It needs the redirect URI $env:AZURE_CALLBACK_URL (Web)"
  if ($env:AZURE_APP_CREDENTIAL -eq 'managed-identity') {
    Write-Output "and a federated credential whose subject is ${env:AZURE_IDENTITY_PRINCIPAL_ID}: docs/credential-managed-identity.md"
  }
}

if ($env:AZURE_APP_CREDENTIAL -eq 'certificate') {
  & "$PSScriptRoot/certificate.ps1"
  exit $LASTEXITCODE
}
