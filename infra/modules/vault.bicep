metadata name = 'Vault'
metadata description = 'Key Vault with the key that wraps the data key of the token cache. Resource Manager makes no certificates: that is a later step.'

@description('Required. Name of the vault, 3 to 24 letters, digits and single dashes.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. Region.')
param location string

@description('Required. Tags.')
param tags object

@description('Required. How long what was deleted can be brought back. It cannot be changed later.')
@minValue(7)
@maxValue(90)
param softDeleteDays int

@description('Required. Whether to bring a deleted vault of this name back instead of making one.')
param recover bool

@description('Required. Whether only a private endpoint leads to the vault.')
param privateNetwork bool

@description('Optional. Public IPv4 addresses or ranges that reach the vault all the same: whoever makes the certificate.')
param operatorAddresses string[] = []

@description('Required. Whether the vault is kept from being deleted.')
param deletionLock bool

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    // Roles alone: an access policy would be a second list of who may do what.
    enableRbacAuthorization: true
    // A lost wrapping key makes every cached token and signed link worthless, a lost certificate stops all mail: nobody
    // can purge either.
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: softDeleteDays
    createMode: recover ? 'recover' : 'default'
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: privateNetwork && empty(operatorAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
      // Function apps are no trusted service, and the firewall does not stop Resource Manager from making the key below:
      // https://learn.microsoft.com/azure/key-vault/general/overview-vnet-service-endpoints
      bypass: 'None'
      ipRules: map(operatorAddresses, address => { value: address })
    }
  }
}

// Deployed again, it stays the key that it is: https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/create-if-not-exist
resource wrappingKey 'Microsoft.KeyVault/vaults/keys@2026-02-01' = {
  parent: vault
  name: 'tenantpost-tokens'
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey']
    attributes: {
      enabled: true
      exportable: false
    }
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deletionLock) {
  scope: vault
  name: 'no-deletion'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds what proves the app to Entra, and the key to its token cache.'
  }
}

@description('Resource id of the vault.')
output id string = vault.id

@description('Name of the vault.')
output name string = vault.name

@description('Address of the vault, without a slash at the end.')
output url string = 'https://${vault.name}${environment().suffixes.keyvaultDns}'

@description('Name of the key that wraps.')
output wrappingKeyName string = wrappingKey.name
