metadata name = 'Workbook'
metadata description = 'The questions of an operator on one page of the portal; docs/queries.md has them one by one.'

@description('Required. Said in its title.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags.')
param tags object

@description('Required. The workspace whose tables are asked.')
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // The name of a workbook must be a GUID.
  name: guid(resourceGroup().id, 'workbook', name)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'tenantpost ${name}'
    description: 'What an operator asks, from one mail to the bill.'
    version: 'Notebook/1.0'
    sourceId: workspaceId
    serializedData: replace(loadTextContent('../workbook.json'), '<workspace>', workspaceId)
  }
}

@description('The workbook.')
output workbookId string = workbook.id
