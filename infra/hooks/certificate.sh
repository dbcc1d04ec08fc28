#!/bin/sh
# Sees to it that the vault holds the certificate that proves the app, and that the app registration knows its public part.
# Changes nothing where both are so. How the next one takes its place: docs/rotation.md.
set -eu
cd "$(dirname "$0")/../.."

name=$AZURE_CERTIFICATE_NAME
scratch=$(mktemp -d)
grant=

end() {
  # Whatever happened: nobody keeps a role that was taken for this alone.
  if [ -n "$grant" ]; then az role assignment delete --ids "$grant" --output none || echo "Remove it by hand: $grant" >&2; fi
  rm -rf "$scratch"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

look() {
  az keyvault certificate show --vault-name "$AZURE_KEY_VAULT_NAME" --name "$name" --query x509ThumbprintHex --output tsv >"$scratch/thumbprint" 2>"$scratch/refusal"
}
refused() { grep -Eiq "$1" "$scratch/refusal"; }
absent='CertificateNotFound'
forbidden='Forbidden|not authorized'
unreachable='ForbiddenByFirewall|ForbiddenByConnection|Client address is not authorized|Public network access is disabled'
quit() {
  cat "$scratch/refusal" >&2
  printf '%s\n' "$1" >&2
  exit 1
}

if ! look && ! refused "$absent"; then
  if refused "$unreachable"; then
    quit 'The vault answers its private network only. Run this from there, or let this machine in (docs/deploy.md).'
  fi
  refused "$forbidden" || quit 'The vault could not be asked.'
  echo "Taking the role Key Vault Certificates Officer on $AZURE_KEY_VAULT_NAME, until the certificate is made"
  me=$(az ad signed-in-user show --query id --output tsv) || quit 'Only somebody who is signed in can take the role: have it assigned, and try again.'
  vault_id=$(az keyvault show --name "$AZURE_KEY_VAULT_NAME" --query id --output tsv)
  grant=$(az role assignment create --role "Key Vault Certificates Officer" --assignee-object-id "$me" --assignee-principal-type User --scope "$vault_id" --query id --output tsv)
  # A new role takes some minutes: https://learn.microsoft.com/azure/key-vault/general/rbac-guide
  left=60
  until look || refused "$absent"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || quit 'The role has not arrived within ten minutes. Try again: azd hooks run postprovision'
    sleep "${TENANTPOST_HOOK_PAUSE_SECONDS:-10}"
  done
fi

if [ ! -s "$scratch/thumbprint" ]; then
  echo "Making the certificate $name in $AZURE_KEY_VAULT_NAME"
  # Only where the app signs by itself does the key ever leave the vault.
  sed "s/\"exportable\": false/\"exportable\": $AZURE_CERTIFICATE_EXPORTABLE/" infra/certificate-policy.json >"$scratch/policy.json"
  az keyvault certificate create --vault-name "$AZURE_KEY_VAULT_NAME" --name "$name" --policy "@$scratch/policy.json" --output none
  look || quit 'The certificate was made and cannot be read.'
fi

thumbprint=$(cat "$scratch/thumbprint")
az ad app credential list --id "$TENANTPOST_CLIENT_ID" --cert --query "[].customKeyIdentifier" --output tsv >"$scratch/registered"
if grep -Fixq "$thumbprint" "$scratch/registered"; then
  echo "The app registration knows the certificate $thumbprint"
  exit 0
fi
echo "Uploading the public part of the certificate $thumbprint to the app registration"
az keyvault certificate download --vault-name "$AZURE_KEY_VAULT_NAME" --name "$name" --file "$scratch/public.pem" --encoding PEM
# Never without --append: it would remove every other certificate and secret of the registration.
az ad app credential reset --id "$TENANTPOST_CLIENT_ID" --append --cert "@$scratch/public.pem" --output none
