metadata name = 'Monitoring'
metadata description = 'Where telemetry goes: a Log Analytics workspace, and Application Insights that stores in it.'

@description('Required. The end of both names: log-<name> and appi-<name>.')
@minLength(1)
@maxLength(50)
param name string

@description('Required. Region of both.')
param location string

@description('Required. Tags of both.')
param tags object

@description('Optional. Days that every table is kept. What exceeds the days that the price includes is billed by day.')
@minValue(30)
@maxValue(730)
param retentionDays int = 90

@description('Optional. Gigabytes a day after which nothing more is taken until the next day, and alerts go blind with it. -1: no end.')
@minValue(-1)
param dailyCapGb int = -1

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: 'log-${name}'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyCapGb
    }
    features: {
      // Whoever may read a resource may read its logs, and nobody else's.
      enableLogAccessUsingOnlyResourcePermissions: true
      // No workspace key: agents and the ingestion API need Entra.
      disableLocalAuth: true
    }
  }
}

resource appInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${name}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    RetentionInDays: 90
    // The instrumentation key alone lets nobody in: the sender's identity needs the role Monitoring Metrics Publisher.
    // https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
    DisableLocalAuth: true
  }
}

@description('The workspace: queries, alerts, the workbook and diagnostic settings go by it.')
output workspaceId string = workspace.id

@description('Application Insights.')
output appInsightsId string = appInsights.id

@description('Where the app sends. No secret, as local authentication is off.')
output connectionString string = appInsights.properties.ConnectionString
