metadata name = 'Identity'
metadata description = 'The managed identity as which the app asks storage, vault, telemetry and Entra.'

@description('Required. Name of the identity.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags.')
param tags object

// User-assigned: only such an identity can be trusted by an app registration, and its roles are there before the app is.
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id: by it the function app is given the identity.')
output id string = identity.id

@description('Client id: by it the app names the identity when it asks for a token.')
output clientId string = identity.properties.clientId

@description('Object id of its service principal: the subject of a federated credential, and whom roles are assigned to.')
output principalId string = identity.properties.principalId
