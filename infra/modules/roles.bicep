metadata name = 'Roles'
metadata description = 'Every right of the identity as which the app runs, each on the narrowest thing that it is for. It has no other.'

@description('Required. Object id of the identity of the app.')
param principalId string

@description('Required. The storage account.')
param storageAccountName string

@description('Required. The tables that the app reads and writes.')
param tableNames string[]

@description('Required. The queues that the app and the Functions host take messages off and put messages on.')
param queueNames string[]

@description('Required. The queue that is told of every end of a mail job, where there is one.')
@maxLength(1)
param eventsQueueNames string[]

@description('Required. The vault.')
param vaultName string

@description('Required. The key that wraps the data key of the token cache.')
param wrappingKeyName string

@description('Required. How the app proves itself to Entra: decides what it does in the vault.')
param credential 'certificate' | 'managed-identity' | 'secret'

@description('Required. Where an assertion is signed, with a certificate.')
param certificateSigning 'vault' | 'local'

@description('Required. Resource id of Application Insights.')
param appInsightsId string

// Fixed in every tenant: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  'Storage Queue Data Message Sender': 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  'Storage Queue Data Reader': '19e7f393-937e-4f77-808e-94535e297925'
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'Key Vault Certificate User': 'db79e9a7-68ee-4b58-9aeb-b90e7c24fcba'
  'Key Vault Crypto Service Encryption User': 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
  'Key Vault Crypto User': '12338af0-0e69-4776-bea7-57ae8d297424'
  'Key Vault Reader': '21090545-7ca7-4776-b22c-e363652d74d2'
  'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6'
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
}

var definitions = 'Microsoft.Authorization/roleDefinitions'

var signsInVault = credential == 'certificate' && certificateSigning == 'vault'
var hasExportableKey = credential == 'certificate' && certificateSigning == 'local'

// ------------------------------------------------------------------------------------------------ storage

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName

  resource tableService 'tableServices' existing = {
    name: 'default'
  }

  resource queueService 'queueServices' existing = {
    name: 'default'
  }
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-04-01' existing = [
  for table in tableNames: {
    parent: account::tableService
    name: table
  }
]

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' existing = [
  for queue in queueNames: {
    parent: account::queueService
    name: queue
  }
]

resource eventsQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' existing = [
  for queue in eventsQueueNames: {
    parent: account::queueService
    name: queue
  }
]

// The Functions host makes containers of its own for function keys, timers and their locks, and reads the deployed zip.
// Microsoft asks for this role on the account:
// https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
// It covers mail-content as well, where the app writes, touches, reads and deletes content.
resource blobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, principalId, roles['Storage Blob Data Owner'])
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles['Storage Blob Data Owner'])
    description: 'Function keys, timers and their locks, the deployed zip, content of mail jobs'
  }
}

// Rows are read, written and deleted in each. The Functions host may make no table of its own for diagnostic events: it logs
// "Unable to get table reference or create table" and goes on; the events reach Application Insights all the same.
resource rows 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (table, index) in tableNames: {
    scope: tables[index]
    name: guid(tables[index].id, principalId, roles['Storage Table Data Contributor'])
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(definitions, roles['Storage Table Data Contributor'])
      description: 'Rows of ${table}'
    }
  }
]

// The trigger receives, hides for longer and deletes; the app puts a job back for its time; the host copies to poison;
// health reads the length. The role Message Processor may neither change a message nor put one back.
resource messages 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in queueNames: {
    scope: queues[index]
    name: guid(queues[index].id, principalId, roles['Storage Queue Data Contributor'])
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(definitions, roles['Storage Queue Data Contributor'])
      description: 'Messages of ${queue}'
    }
  }
]

// Events are put there and never taken off: that is the consumer's.
resource eventsSent 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in eventsQueueNames: {
    scope: eventsQueues[index]
    name: guid(eventsQueues[index].id, principalId, roles['Storage Queue Data Message Sender'])
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(definitions, roles['Storage Queue Data Message Sender'])
      description: 'Tells ${queue} of every end of a mail job'
    }
  }
]

// The console shows how many wait there.
resource eventsCounted 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in eventsQueueNames: {
    scope: eventsQueues[index]
    name: guid(eventsQueues[index].id, principalId, roles['Storage Queue Data Reader'])
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(definitions, roles['Storage Queue Data Reader'])
      description: 'Counts what nobody has taken off ${queue}'
    }
  }
]

// ------------------------------------------------------------------------------------------------ vault

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName

  resource wrappingKey 'keys' existing = {
    name: wrappingKeyName
  }
}

// Reading the key, wrapping and unwrapping the data key of the token cache. Where the app signs in the vault, the role
// for that, below, has all of it, and this one would add nothing.
resource wrapping 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!signsInVault) {
  scope: vault::wrappingKey
  name: guid(vault::wrappingKey.id, principalId, roles['Key Vault Crypto Service Encryption User'])
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles['Key Vault Crypto Service Encryption User'])
    description: 'Wraps and unwraps the data key of the token cache'
  }
}

// Signing assertions with the key of the certificate, wrapping with the other one. On the vault, since the certificate
// and its key are made after this, by a hook. No built-in role signs and does less.
resource signing 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (signsInVault) {
  scope: vault
  name: guid(vault.id, principalId, roles['Key Vault Crypto User'])
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles['Key Vault Crypto User'])
    description: 'Signs assertions with the certificate, wraps and unwraps the data key of the token cache'
  }
}

// The versions of the certificate and their public part. Certificate User would do as well, but it may read secrets too.
resource certificate 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (signsInVault) {
  scope: vault
  name: guid(vault.id, principalId, roles['Key Vault Reader'])
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles['Key Vault Reader'])
    description: 'Reads the versions of the certificate, without any private key'
  }
}

// Signing in the app itself: the private key is the secret of the certificate.
resource exportableCertificate 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (hasExportableKey) {
  scope: vault
  name: guid(vault.id, principalId, roles['Key Vault Certificate User'])
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles['Key Vault Certificate User'])
    description: 'Reads the certificate with its private key'
  }
}

// The client secret. It is put there after this, hence on the vault.
resource secret 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (credential == 'secret') {
  scope: vault
  name: guid(vault.id, principalId, roles['Key Vault Secrets User'])
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles['Key Vault Secrets User'])
    description: 'Reads the client secret'
  }
}

// ------------------------------------------------------------------------------------------------ telemetry

resource appInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: last(split(appInsightsId, '/'))
}

// Local authentication is off there: https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: appInsights
  name: guid(appInsights.id, principalId, roles['Monitoring Metrics Publisher'])
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles['Monitoring Metrics Publisher'])
    description: 'Sends traces, metrics and logs'
  }
}
