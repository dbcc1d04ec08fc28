metadata name = 'Storage'
metadata description = 'One account for the tables, queues and content of the app, and for what the Functions host keeps for itself. No key opens it.'

@description('Required. Name of the account, 3 to 24 lower-case letters and digits.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. Region.')
param location string

@description('Required. Tags.')
param tags object

@description('Required. How many copies there are, and where.')
param redundancy 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' | 'Standard_RAGRS' | 'Standard_RAGZRS'

@description('Required. TENANTPOST_RETENTION_DAYS: how long the app keeps content after a job ended.')
@minValue(8)
@maxValue(3650)
param retentionDays int

@description('Required. How long a deleted blob or container can be brought back.')
@minValue(1)
@maxValue(365)
param softDeleteDays int

@description('Optional. A queue that is told of every end of a mail job: TENANTPOST_EVENTS_QUEUE.')
param eventsQueue string?

@description('Required. Whether only a private endpoint leads to the account.')
param privateNetwork bool

@description('Optional. Public IPv4 addresses or ranges that reach the account all the same.')
param operatorAddresses string[] = []

@description('Required. Whether the account is kept from being deleted.')
param deletionLock bool

// As in shared/names.ts.
var tableNames = [
  'tenants'
  'consents'
  'invitations'
  'mail'
  'tokens'
  'credentials'
  'checks'
]

// The poison queues too, although the host makes them when it first needs one: health reads them from the first day on.
var queueNames = [
  'mail-graph'
  'mail-smtp'
  'mail-graph-due'
  'mail-smtp-due'
  'mail-graph-poison'
  'mail-smtp-poison'
  'mail-graph-due-poison'
  'mail-smtp-due-poison'
]

var eventsQueueNames = eventsQueue == null ? [] : [eventsQueue!]

var contentContainer = 'mail-content'

// Flex Consumption runs the zip that lies here: https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to
var packageContainer = 'app-package'

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    // Whoever holds a key reads all mail that waits. Nothing needs one: host, app and deployment come as identities.
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    isLocalUserEnabled: false
    supportsHttpsTrafficOnly: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: privateNetwork && empty(operatorAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
      // A firewall stops the lifecycle rule as well, unless trusted services may pass:
      // https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-overview
      bypass: 'AzureServices'
      ipRules: map(operatorAddresses, address => { value: address, action: 'Allow' })
    }
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2026-04-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-04-01' = [
  for table in tableNames: {
    parent: tableService
    name: table
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2026-04-01' = {
  parent: account
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' = [
  for queue in concat(queueNames, eventsQueueNames): {
    parent: queueService
    name: queue
  }
]

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = [
  for container in [contentContainer, packageContainer]: {
    parent: blobService
    name: container
    properties: {
      publicAccess: 'None'
    }
  }
]

// The app's own timer deletes content after the retention time, and a job that waits touches its blobs once a day. The
// rule is for content that the timer did not reach for a week: it can never take what the app still keeps.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'content-past-retention'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${contentContainer}/']
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: retentionDays + 7
                }
              }
              snapshot: {
                delete: {
                  daysAfterCreationGreaterThan: retentionDays + 7
                }
              }
            }
          }
        }
      ]
    }
  }
}

// Tables have no soft delete: with the account the audit trail of consents would be gone.
resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deletionLock) {
  scope: account
  name: 'no-deletion'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the audit trail of consents, and mail that waits.'
  }
}

@description('Resource id of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Addresses of its services, without a slash at the end.')
output endpoints {
  blob: string
  queue: string
  table: string
} = {
  blob: 'https://${account.name}.blob.${environment().suffixes.storage}'
  queue: 'https://${account.name}.queue.${environment().suffixes.storage}'
  table: 'https://${account.name}.table.${environment().suffixes.storage}'
}

@description('The tables, each of which the app reads and writes.')
output tableNames string[] = tableNames

@description('The queues that the app and the Functions host take messages off and put messages on.')
output queueNames string[] = queueNames

@description('The queue that is told of every end of a mail job, where there is one.')
output eventsQueueNames string[] = eventsQueueNames

@description('The container that deployment puts the zip into.')
output packageContainer string = packageContainer
