# After azd has deployed the app: waits until it answers, says what to do with it, and lets the doctor look at it for the first time.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '../..')

$left = 60
$answer = ''
while ($true) {
  try {
    $response = Invoke-WebRequest -Uri "$env:AZURE_FUNCTION_APP_URL/api/health" -TimeoutSec 30 -SkipHttpErrorCheck
    if ($response.StatusCode -eq 200) { break }
    $answer = $response.Content
  } catch {
    $answer = $_.Exception.Message
  }
  $left--
  if ($left -eq 0) {
    [Console]::Error.WriteLine("$answer`n$env:AZURE_FUNCTION_APP_URL/api/health has not answered 200 within five minutes. What it said stands above; docs/deploy.md says where to look.")
    exit 1
  }
  Start-Sleep -Seconds 5
}

Write-Output @"

The app runs:       $env:AZURE_FUNCTION_APP_URL
Callback URL:       $env:AZURE_CALLBACK_URL
                    It is the redirect URI (Web) of the app registration $env:TENANTPOST_CLIENT_ID.

In your shell, for the commands below (docs/cli.md):
  `$env:TPCLI_URL = '$env:AZURE_FUNCTION_APP_URL'
  `$env:TPCLI_KEY = az functionapp keys list --resource-group $env:AZURE_RESOURCE_GROUP --name $env:AZURE_FUNCTION_APP_NAME --query functionKeys.default --output tsv

Invite a tenant:    npm run -s tenantpost invite <tenant>
                    Send its administrator the link that it prints, with docs/tenant-admin.md.
Your console:       npm run -s tenantpost console

"@

Write-Output 'The first run of the doctor, for your own tenant. Until that has consented the tenant is what it finds wrong; all before it is the installation.'
$env:TPCLI_URL = $env:AZURE_FUNCTION_APP_URL
$env:TPCLI_KEY = az functionapp keys list --resource-group "$env:AZURE_RESOURCE_GROUP" --name "$env:AZURE_FUNCTION_APP_NAME" --query functionKeys.default --output tsv
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
# Without `--`, which the npm.ps1 of Windows would swallow.
npm run -s tenantpost doctor "$env:AZURE_TENANT_ID"
# 3 and 4 are answers: docs/cli.md.
if ($LASTEXITCODE -in 0, 3, 4) { exit 0 }
exit $LASTEXITCODE
