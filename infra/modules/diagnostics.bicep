metadata name = 'Diagnostic settings'
metadata description = 'What storage, the vault and the function app themselves write down, sent to the workspace.'

@description('Required. The workspace that takes it.')
param workspaceId string

@description('Required. The storage account.')
param storageAccountName string

@description('Required. The vault.')
param vaultName string

@description('Required. The function app.')
param functionAppName string

@export()
@description('''
- faults: the vault's audit log and the metrics of all. Costs next to nothing beside the app's own telemetry.
- deletions: who deleted what in tables and blobs as well. One line for each row that retention removes.
- everything: each request to storage, and the log of the Functions host. A mail is four requests, so this can cost more than sending.
''')
type detailLevel = 'faults' | 'deletions' | 'everything'

@description('Optional. How much is written down.')
param detail detailLevel = 'faults'

var deletions = detail == 'faults' ? [] : ['StorageDelete']
var requests = detail == 'everything' ? ['StorageRead', 'StorageWrite'] : []
// A queue message that is done with is deleted, so that of queues even deletions are one line a mail.
var queueLogs = detail == 'everything' ? ['StorageRead', 'StorageWrite', 'StorageDelete'] : []

resource storage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }

  resource queues 'queueServices' existing = {
    name: 'default'
  }

  resource tables 'tableServices' existing = {
    name: 'default'
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource functionApp 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

// The stable version of this type is of 2016 and lacks what is used here.
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: storage::blobs
  properties: {
    workspaceId: workspaceId
    logs: map(concat(deletions, requests), category => { category: category, enabled: true })
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: storage::tables
  properties: {
    workspaceId: workspaceId
    logs: map(concat(deletions, requests), category => { category: category, enabled: true })
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource queueLogsSetting 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: storage::queues
  properties: {
    workspaceId: workspaceId
    logs: map(queueLogs, category => { category: category, enabled: true })
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource vaultLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    // The table AZKVAuditLogs and not AzureDiagnostics, which all kinds of resources share.
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        // Every use of a key: who signed with the certificate.
        categoryGroup: 'audit'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource functionAppLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: functionApp
  properties: {
    workspaceId: workspaceId
    // The host's lines reach Application Insights too; here they are only the second copy of them.
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: detail == 'everything'
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}
