metadata name = 'tenantpost'
metadata description = 'All that one installation needs, in one resource group.'

targetScope = 'resourceGroup'

import { appChoices, scale } from 'modules/choices.bicep'
import { detailLevel } from 'modules/diagnostics.bicep'

// ------------------------------------------------------------------------------------------------ parameters

@description('Required. Name of the environment, 2 to 20 lower-case letters, digits and single dashes. All names are made from it, so it cannot be changed later.')
@minLength(2)
@maxLength(20)
param name string

@description('Optional. Region, one that has Flex Consumption: az functionapp list-flexconsumption-locations.')
@minLength(1)
param location string = resourceGroup().location

@description('Required. Client id of the app registration that sends mail.')
@minLength(36)
@maxLength(36)
param clientId string

@description('Optional. How the app proves itself to Entra. The managed identity takes an app registration in the directory of the subscription.')
param credential 'certificate' | 'managed-identity' | 'secret' = 'certificate'

@description('Optional. With the credential certificate: its name in the vault.')
@minLength(1)
@maxLength(127)
param certificateName string = 'tenantpost'

@description('Optional. With the credential certificate: where an assertion is signed. Here takes an exportable key.')
param certificateSigning 'vault' | 'local' = 'vault'

@description('Optional. With the credential secret: its name in the vault. The secret itself is never a parameter.')
@minLength(1)
@maxLength(127)
param clientSecretName string = 'tenantpost'

@description('Optional. What this installation says differently from the defaults of docs/settings.md.')
param choices appChoices = {}

@description('Optional. How long outcomes, poison and content are kept after a job ended, in days.')
@minValue(8)
@maxValue(3650)
param retentionDays int = 30

@description('Optional. A queue that is told of every end of a mail job, 3 to 63 lower-case letters, digits and single dashes.')
@minLength(3)
@maxLength(63)
param eventsQueue string?

@description('Optional. Major version of Node.')
param nodeVersion '24' | '22' = '24'

@description('Optional. How far the app grows, and what is kept running.')
param scaleTo scale = {
  maximumInstances: 100
  instanceMemoryMB: 2048
  alwaysReadyHttp: 0
  zoneRedundant: false
}

@description('Optional. How many copies of the stored data there are, and where.')
param storageRedundancy 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' | 'Standard_RAGRS' | 'Standard_RAGZRS' = 'Standard_ZRS'

@description('Optional. How long deleted content, and what was deleted in the vault, can be brought back, in days. Of the vault it cannot be changed later.')
@minValue(7)
@maxValue(90)
param softDeleteDays int = 30

@description('Optional. Whether storage and vault are kept from being deleted, by a lock.')
param deletionLock bool = true

@description('Optional. Whether to bring the vault of a deleted environment of this name back instead of making one.')
param recoverVault bool = false

@description('Optional. Whether the app reaches storage and vault by private addresses alone.')
param privateNetwork bool = false

@description('Optional. With private networking: IPv4 range of the network, /24 or larger, unlike those of the networks that you connect it to.')
@minLength(9)
param networkAddressPrefix string = '10.90.0.0/24'

@description('Optional. With private networking: public IPv4 addresses or ranges from which storage and vault are reached all the same.')
@maxLength(50)
param operatorAddresses string[] = []

@description('Optional. Client id of the registration with which operators sign in before they see the console. Not the one that sends mail.')
@minLength(36)
@maxLength(36)
param signInClientId string?

@description('Required. Who is told of alerts and of the budget, by e-mail.')
@minLength(1)
@maxLength(20)
param alertEmails string[]

@description('Required. What a month may cost before somebody is told, in the currency of the subscription.')
@minValue(1)
param monthlyBudget int

@description('Optional. How much storage, vault and function app write down themselves.')
param diagnosticDetail detailLevel = 'faults'

@description('Optional. Days that logs, traces and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Optional. Gigabytes of telemetry a day after which nothing more is taken, and alerts are blind. -1: no end.')
@minValue(-1)
param dailyLogCapGb int = -1

@description('Optional. Tags of everything.')
param tags object = {}

// ------------------------------------------------------------------------------------------------ names

var letters = map(range(0, length(name)), at => substring(name, at, 1))
var strangeLetters = filter(letters, letter => !contains('abcdefghijklmnopqrstuvwxyz0123456789-', letter))
var hasStrayDash = startsWith(name, '-') || endsWith(name, '-') || contains(name, '--')

// What the constraints above cannot say. Names are worked out before anything is made, so that this stops the deployment there.
var problems = concat(
  empty(strangeLetters) && !hasStrayDash ? [] : ['name takes lower-case letters, digits and single dashes between them'],
  privateNetwork || empty(operatorAddresses) ? [] : ['operatorAddresses go with privateNetwork'],
  signInClientId != clientId ? [] : ['signInClientId must be another registration than the one that sends mail']
)
var checkedName = empty(problems) ? name : fail('Parameters are wrong: ${join(problems, '; ')}.')

// 13 characters that no other resource group has. Vault and storage account have room for 24, without two dashes or any.
var token = uniqueString(resourceGroup().id, checkedName)
var flatName = replace(checkedName, '-', '')
var names = {
  identity: 'id-${checkedName}-${token}'
  storage: 'st${take(flatName, 9)}${token}'
  vault: 'kv-${take(flatName, 7)}-${token}'
  plan: 'plan-${checkedName}-${token}'
  app: 'func-${checkedName}-${token}'
  network: 'vnet-${checkedName}-${token}'
  monitoring: '${checkedName}-${token}'
}

var allTags = union(tags, { 'azd-env-name': checkedName })

// ------------------------------------------------------------------------------------------------ what is made

// Who the app is.
module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: names.identity
    location: location
    tags: allTags
  }
}

// What it keeps.
module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: names.storage
    location: location
    tags: allTags
    redundancy: storageRedundancy
    retentionDays: retentionDays
    softDeleteDays: softDeleteDays
    eventsQueue: eventsQueue
    privateNetwork: privateNetwork
    operatorAddresses: operatorAddresses
    deletionLock: deletionLock
  }
}

// What proves it, and what locks its tokens.
module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: names.vault
    location: location
    tags: allTags
    softDeleteDays: softDeleteDays
    recover: recoverVault
    privateNetwork: privateNetwork
    operatorAddresses: operatorAddresses
    deletionLock: deletionLock
  }
}

// Where it says what it does.
module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: names.monitoring
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyCapGb: dailyLogCapGb
  }
}

// What it may do.
module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    principalId: identity.outputs.principalId
    storageAccountName: storage.outputs.name
    tableNames: storage.outputs.tableNames
    queueNames: storage.outputs.queueNames
    eventsQueueNames: storage.outputs.eventsQueueNames
    vaultName: vault.outputs.name
    wrappingKeyName: vault.outputs.wrappingKeyName
    credential: credential
    certificateSigning: certificateSigning
    appInsightsId: monitoring.outputs.appInsightsId
  }
}

// The way to storage and vault, if it is to be private.
module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  params: {
    name: names.network
    location: location
    tags: allTags
    addressPrefix: networkAddressPrefix
    storageAccountId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

// The app itself, after its rights: without them the platform cannot even read the zip.
module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: allTags
    azdServiceName: 'tenantpost'
    nodeVersion: nodeVersion
    scaleTo: scaleTo
    choices: choices
    clientId: clientId
    credential: credential
    certificateName: certificateName
    certificateSigning: certificateSigning
    clientSecretName: clientSecretName
    retentionDays: retentionDays
    eventsQueue: eventsQueue
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageEndpoints: storage.outputs.endpoints
    packageContainer: storage.outputs.packageContainer
    vaultUrl: vault.outputs.url
    wrappingKeyName: vault.outputs.wrappingKeyName
    appInsightsConnectionString: monitoring.outputs.connectionString
    subnetId: privateNetwork ? network!.outputs.appSubnetId : null
    signIn: signInClientId != null
  }
  dependsOn: [roles]
}

// Who may see the console, beside those who have a link to it.
module signIn 'modules/sign-in.bicep' = if (signInClientId != null) {
  name: 'sign-in'
  params: {
    functionAppName: functionApp.outputs.name
    clientId: signInClientId!
  }
}

// What storage, vault and app write down themselves.
module diagnostics 'modules/diagnostics.bicep' = {
  name: 'diagnostics'
  params: {
    workspaceId: monitoring.outputs.workspaceId
    storageAccountName: storage.outputs.name
    vaultName: vault.outputs.name
    functionAppName: functionApp.outputs.name
    detail: diagnosticDetail
  }
}

// Who is told when something is wrong.
module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: names.monitoring
    location: location
    tags: allTags
    emails: alertEmails
    workspaceId: monitoring.outputs.workspaceId
    appInsightsId: monitoring.outputs.appInsightsId
    functionAppId: functionApp.outputs.id
    storageAccountId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

// Where an operator looks.
module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    name: checkedName
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
  }
}

// Who is told when it costs more than planned.
module budget 'modules/budget.bicep' = {
  name: 'budget'
  params: {
    name: names.monitoring
    monthlyAmount: monthlyBudget
    emails: alertEmails
    actionGroupId: alerts.outputs.actionGroupId
  }
}

// ------------------------------------------------------------------------------------------------ for the next step

@description('The directory of the subscription.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = resourceGroup().name

@description('The function app, by name.')
output AZURE_FUNCTION_APP_NAME string = functionApp.outputs.name

@description('Where administrators reach the app, without a slash at the end.')
output AZURE_FUNCTION_APP_URL string = functionApp.outputs.url

@description('The redirect URI of the app registration.')
output AZURE_CALLBACK_URL string = '${functionApp.outputs.url}/api/consent/callback'

@description('Client id of the identity of the app.')
output AZURE_IDENTITY_CLIENT_ID string = identity.outputs.clientId

@description('Object id of the identity of the app: the subject of a federated credential.')
output AZURE_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId

@description('The vault, by name.')
output AZURE_KEY_VAULT_NAME string = vault.outputs.name

@description('The storage account, by name.')
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name

@description('How the app proves itself: what the next step must make.')
output AZURE_APP_CREDENTIAL string = credential

@description('The certificate that the next step must make, by its name in the vault; empty with another credential.')
output AZURE_CERTIFICATE_NAME string = credential == 'certificate' ? certificateName : ''

@description('Whether the key of the certificate must be exportable.')
output AZURE_CERTIFICATE_EXPORTABLE bool = credential == 'certificate' && certificateSigning == 'local'
