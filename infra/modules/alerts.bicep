metadata name = 'Alerts'
metadata description = 'Who is told of what. docs/queries.md has each query and says what to do.'

@description('Required. The end of every name.')
@minLength(1)
@maxLength(50)
param name string

@description('Required. Region of the workspace, which is that of its query rules.')
param location string

@description('Required. Tags.')
param tags object

@description('Required. Who gets an e-mail.')
@minLength(1)
param emails string[]

@description('Required. The workspace that is asked.')
param workspaceId string

@description('Required. Application Insights: named in each alert, as the place to look at next.')
param appInsightsId string

@description('Required. The function app: named in each alert.')
param functionAppId string

@description('Required. The storage account whose availability is watched.')
param storageAccountId string

@description('Required. The vault whose availability and load are watched.')
param vaultId string

@description('What Azure itself measures of a resource.')
type metricAlert = {
  name: string
  meaning: string
  page: string
  resourceId: string
  namespace: string
  metric: string
  operator: 'GreaterThan' | 'LessThan'
  threshold: int
  severity: 0 | 1 | 2 | 3 | 4
}

// https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-keyvault-vaults-metrics, and the same of storage.
var metricAlerts metricAlert[] = [
  {
    name: 'vault-availability'
    meaning: 'Requests to the vault fail by its own account: assertions cannot be signed, and the key of the token cache not unwrapped.'
    page: 'docs/tokens.md'
    resourceId: vaultId
    namespace: 'Microsoft.KeyVault/vaults'
    metric: 'Availability'
    operator: 'LessThan'
    threshold: 99
    severity: 1
  }
  {
    name: 'vault-saturation'
    meaning: 'The vault is near the requests that it takes in ten seconds, beyond which it answers 429.'
    page: 'docs/warming.md#limits'
    resourceId: vaultId
    namespace: 'Microsoft.KeyVault/vaults'
    metric: 'SaturationShoebox'
    operator: 'GreaterThan'
    threshold: 75
    severity: 2
  }
  {
    name: 'storage-availability'
    meaning: 'Requests to storage fail by its own account. Mail jobs wait; what cannot be written down is not sent.'
    page: 'docs/sending.md'
    resourceId: storageAccountId
    namespace: 'Microsoft.Storage/storageAccounts'
    metric: 'Availability'
    operator: 'LessThan'
    threshold: 99
    severity: 1
  }
]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'tenantpost'
    enabled: true
    emailReceivers: map(emails, email => {
      name: email
      emailAddress: email
      useCommonAlertSchema: true
    })
  }
}

// What the app's own telemetry tells.
module queryRules 'query-alerts.bicep' = {
  name: 'query-alerts'
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: workspaceId
    actionGroupId: actionGroup.id
    properties: {
      functionApp: functionAppId
      applicationInsights: appInsightsId
    }
  }
}

// What storage and vault tell of themselves, whether the app sends anything or not.
resource metricRules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alert in metricAlerts: {
    name: 'alert-${alert.name}-${name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.meaning} See ${alert.page}.'
      severity: alert.severity
      enabled: true
      scopes: [alert.resourceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.name
            metricNamespace: alert.namespace
            metricName: alert.metric
            timeAggregation: 'Average'
            operator: alert.operator
            threshold: alert.threshold
          }
        ]
      }
      actions: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
]

@description('The action group, for what else has something to say.')
output actionGroupId string = actionGroup.id
