# Sees to it that the vault holds the certificate that proves the app, and that the app registration knows its public part.
# Changes nothing where both are so. How the next one takes its place: docs/rotation.md.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '../..')

$name = $env:AZURE_CERTIFICATE_NAME
$scratch = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid()))
$grant = $null
$script:thumbprint = $null
$script:refusal = ''

function Look {
  $script:thumbprint = az keyvault certificate show --vault-name "$env:AZURE_KEY_VAULT_NAME" --name "$name" --query x509ThumbprintHex --output tsv 2>"$scratch/refusal"
  $seen = $LASTEXITCODE -eq 0
  if (-not $seen) { $script:thumbprint = $null }
  $script:refusal = "$(Get-Content -Raw "$scratch/refusal")"
  $seen
}
function Refused([string] $pattern) { $script:refusal -match $pattern }
$absent = 'CertificateNotFound'
$forbidden = 'Forbidden|not authorized'
$unreachable = 'ForbiddenByFirewall|ForbiddenByConnection|Client address is not authorized|Public network access is disabled'
function Quit([string] $why) { throw "$script:refusal`n$why" }

try {
  if (-not (Look) -and -not (Refused $absent)) {
    if (Refused $unreachable) {
      Quit 'The vault answers its private network only. Run this from there, or let this machine in (docs/deploy.md).'
    }
    if (-not (Refused $forbidden)) { Quit 'The vault could not be asked.' }
    Write-Output "Taking the role Key Vault Certificates Officer on $env:AZURE_KEY_VAULT_NAME, until the certificate is made"
    $me = az ad signed-in-user show --query id --output tsv
    if ($LASTEXITCODE -ne 0) { Quit 'Only somebody who is signed in can take the role: have it assigned, and try again.' }
    $vaultId = az keyvault show --name "$env:AZURE_KEY_VAULT_NAME" --query id --output tsv
    if ($LASTEXITCODE -ne 0) { throw 'The vault was not found.' }
    $grant = az role assignment create --role "Key Vault Certificates Officer" --assignee-object-id "$me" --assignee-principal-type User --scope "$vaultId" --query id --output tsv
    if ($LASTEXITCODE -ne 0) { throw 'The role could not be assigned.' }
    # A new role takes some minutes: https://learn.microsoft.com/azure/key-vault/general/rbac-guide
    $left = 60
    while (-not (Look) -and -not (Refused $absent)) {
      $left--
      if ($left -le 0) { Quit 'The role has not arrived within ten minutes. Try again: azd hooks run postprovision' }
      Start-Sleep -Seconds 10
    }
  }

  if (-not $script:thumbprint) {
    Write-Output "Making the certificate $name in $env:AZURE_KEY_VAULT_NAME"
    # Only where the app signs by itself does the key ever leave the vault.
    (Get-Content -Raw infra/certificate-policy.json) -replace '"exportable": false', "`"exportable`": $env:AZURE_CERTIFICATE_EXPORTABLE" | Set-Content "$scratch/policy.json"
    az keyvault certificate create --vault-name "$env:AZURE_KEY_VAULT_NAME" --name "$name" --policy "@$scratch/policy.json" --output none
    if ($LASTEXITCODE -ne 0) { throw 'The certificate could not be made.' }
    if (-not (Look)) { Quit 'The certificate was made and cannot be read.' }
  }

  $registered = az ad app credential list --id "$env:TENANTPOST_CLIENT_ID" --cert --query "[].customKeyIdentifier" --output tsv
  if ($LASTEXITCODE -ne 0) { throw 'The app registration could not be asked for its certificates.' }
  if ($script:thumbprint -in @($registered)) {
    Write-Output "The app registration knows the certificate $script:thumbprint"
    exit 0
  }
  Write-Output "Uploading the public part of the certificate $script:thumbprint to the app registration"
  az keyvault certificate download --vault-name "$env:AZURE_KEY_VAULT_NAME" --name "$name" --file "$scratch/public.pem" --encoding PEM
  if ($LASTEXITCODE -ne 0) { throw 'The certificate could not be downloaded.' }
  # Never without --append: it would remove every other certificate and secret of the registration.
  az ad app credential reset --id "$env:TENANTPOST_CLIENT_ID" --append --cert "@$scratch/public.pem" --output none
  if ($LASTEXITCODE -ne 0) { throw 'The certificate could not be uploaded.' }
  exit 0
} catch {
  [Console]::Error.WriteLine($_.Exception.Message)
  exit 1
} finally {
  # Whatever happened: nobody keeps a role that was taken for this alone.
  if ($grant) {
    az role assignment delete --ids "$grant" --output none
    if ($LASTEXITCODE -ne 0) { [Console]::Error.WriteLine("Remove it by hand: $grant") }
  }
  Remove-Item -Recurse -Force $scratch
}
