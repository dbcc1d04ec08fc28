metadata name = 'Function app'
metadata description = 'The app on the Flex Consumption plan, and its settings. No setting holds a secret.'

import { appChoices, scale } from 'choices.bicep'

@description('Required. Name of the app, 2 to 60 letters, digits and dashes: it is in its address.')
@minLength(2)
@maxLength(60)
param name string

@description('Required. Name of the plan.')
param planName string

@description('Required. Region with Flex Consumption.')
param location string

@description('Required. Tags of the plan and of the app.')
param tags object

@description('Required. The service of azure.yaml whose zip is deployed to this app.')
param azdServiceName string

@description('Required. Major version of Node. The command az functionapp list-flexconsumption-runtimes says which a region has.')
param nodeVersion '24' | '22'

@description('Required. Scale.')
param scaleTo scale

@description('Optional. What this installation says differently from the defaults.')
param choices appChoices = {}

@description('Required. Client id of the app registration that sends mail.')
param clientId string

@description('Required. How the app proves itself to Entra.')
param credential 'certificate' | 'managed-identity' | 'secret'

@description('Required. The certificate in the vault, by name.')
param certificateName string

@description('Required. Where an assertion is signed.')
param certificateSigning 'vault' | 'local'

@description('Required. The client secret in the vault, by name.')
param clientSecretName string

@description('Required. How long outcomes, poison and content are kept after a job ended.')
param retentionDays int

@description('Optional. The queue that is told of every end of a mail job.')
param eventsQueue string?

@description('Required. Resource id of the identity.')
param identityId string

@description('Required. Client id of the identity.')
param identityClientId string

@description('Required. Addresses of the storage services.')
param storageEndpoints {
  blob: string
  queue: string
  table: string
}

@description('Required. Container that deployment puts the zip into.')
param packageContainer string

@description('Required. Address of the vault, without a slash at the end.')
param vaultUrl string

@description('Required. Name of the wrapping key.')
param wrappingKeyName string

@description('Required. Connection string of Application Insights; no secret, as local authentication is off.')
param appInsightsConnectionString string

@description('Optional. Resource id of the delegated subnet, with private networking.')
param subnetId string?

@description('Required. Whether operators sign in before they see the console.')
param signIn bool

// What is empty is left out below: the app takes its own default.
var appSettings = {
  // By these the Functions host reaches its storage, and the app the same account:
  // https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsStorage__blobServiceUri: storageEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: storageEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: storageEndpoints.table
  AZURE_CLIENT_ID: identityClientId

  // The authentication string is the host's, which sends its own telemetry; the app goes by AZURE_CLIENT_ID.
  TENANTPOST_TELEMETRY: 'azure-monitor'
  TENANTPOST_TRACE_RATIO: choices.?traceRatio ?? ''
  APPLICATIONINSIGHTS_CONNECTION_STRING: appInsightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'

  TENANTPOST_CLIENT_ID: clientId
  TENANTPOST_SINGLE_TENANT_ID: choices.?singleTenantId ?? ''
  TENANTPOST_RESOURCES: choices.?resources ?? ''
  TENANTPOST_PUBLIC_URL: choices.?publicUrl ?? ''
  TENANTPOST_VENDOR_NAME: choices.?vendorName ?? ''
  TENANTPOST_SUPPORT_CONTACT: choices.?supportContact ?? ''
  TENANTPOST_RETURN_URLS: join(choices.?returnUrls ?? [], ',')

  TENANTPOST_CREDENTIAL: credential
  TENANTPOST_CERTIFICATE_NAME: credential == 'certificate' ? certificateName : ''
  TENANTPOST_CERTIFICATE_SIGNING: credential == 'certificate' ? certificateSigning : ''
  TENANTPOST_CLIENT_SECRET_NAME: credential == 'secret' ? clientSecretName : ''
  TENANTPOST_CREDENTIAL_REFRESH_SECONDS: string(choices.?credentialRefreshSeconds ?? '')
  TENANTPOST_VAULT_URL: vaultUrl
  TENANTPOST_WRAPPING_KEY_NAME: wrappingKeyName
  TENANTPOST_WARM_EVERY_SECONDS: string(choices.?warmEverySeconds ?? '')
  TENANTPOST_WARM_SHARDS: string(choices.?warmShards ?? '')

  TENANTPOST_DELIVERY: choices.?delivery ?? ''
  TENANTPOST_MAILBOX_MESSAGES_PER_MINUTE: string(choices.?mailboxMessagesPerMinute ?? '')
  TENANTPOST_MAILBOX_RECIPIENTS_PER_DAY: string(choices.?mailboxRecipientsPerDay ?? '')
  TENANTPOST_SETTLE_SECONDS: string(choices.?settleSeconds ?? '')
  TENANTPOST_RETENTION_DAYS: string(retentionDays)
  TENANTPOST_EVENTS_QUEUE: eventsQueue ?? ''

  // Read by App Service, which signs in as the identity: sign-in.bicep.
  OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: signIn ? identityClientId : ''
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: scaleTo.zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': azdServiceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    // Administrators come from the internet, in private networks too: what is private there is storage and vault.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storageEndpoints.blob}/${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        maximumInstanceCount: scaleTo.maximumInstances
        instanceMemoryMB: scaleTo.instanceMemoryMB
        alwaysReady: scaleTo.alwaysReadyHttp == 0 ? [] : [{ name: 'http', instanceCount: scaleTo.alwaysReadyHttp }]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
  }

  // Deployment comes with a token of Entra, and not with a user name and a password. Flex Consumption has no FTP.
  resource scmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }

  // All of them, each time: a setting that is made by hand is gone after the next deployment.
  resource settings 'config' = {
    name: 'appsettings'
    properties: toObject(
      filter(items(appSettings), setting => !empty(setting.value)),
      setting => setting.key,
      setting => setting.value
    )
  }
}

@description('Resource id of the app.')
output id string = app.id

@description('Name of the app.')
output name string = app.name

@description('Where administrators reach the app, without a slash at the end.')
output url string = choices.?publicUrl ?? 'https://${app.properties.defaultHostName}'
