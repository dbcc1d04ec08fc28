metadata name = 'tenantpost: app registration'
metadata description = 'The registration that tenants consent to: its redirect URI, its application permissions, and the managed identity that may prove it. Deployed twice: once for the client id, and again when the address and the identity of the app are known.'

targetScope = 'resourceGroup'

extension microsoftGraphV1

@description('An application permission that the app can ask for, by its name in a token.')
type permission = 'Mail.Send' | 'Mail.ReadWrite' | 'SMTP.SendAsApp' | 'IMAP.AccessAsApp' | 'POP.AccessAsApp'

@description('Required. Names the registration in its directory, once and for all: a deployment with another name makes another registration.')
@minLength(3)
@maxLength(64)
param uniqueName string

@description('Required. What administrators read when they are asked to consent.')
@minLength(1)
@maxLength(120)
param displayName string

@description('Optional. AzureADMultipleOrgs where other organisations consent, AzureADMyOrg for the mailboxes of your own.')
param signInAudience 'AzureADMultipleOrgs' | 'AzureADMyOrg' = 'AzureADMultipleOrgs'

@description('Optional. What the app asks for: administrators are shown all of it, and consent to all or nothing.')
@minLength(1)
param permissions permission[] = ['Mail.Send']

@description('Conditional. Address of the app without a path, https://<your app>. Empty before there is one; then there is no redirect URI.')
param publicUrl string = ''

@description('Optional. Also lets the command `tenantpost consent` take an answer, on the machine of whoever runs it.')
param consentByCommand bool = false

@description('Conditional. Principal id of the managed identity that proves the app. Empty where a certificate does.')
param identityPrincipalId string = ''

// Fixed in every tenant: https://learn.microsoft.com/graph/permissions-reference for those of Graph. No page of Microsoft's
// lists those of Exchange Online; they stand in published manifests.
var apis = [
  {
    id: '00000003-0000-0000-c000-000000000000' // Microsoft Graph
    roles: {
      'Mail.Send': 'b633e1c5-b582-4048-a93e-9f11b44c7e96'
      'Mail.ReadWrite': 'e2a3a72e-5f79-4c64-b1b1-878b674786c9'
    }
  }
  {
    id: '00000002-0000-0ff1-ce00-000000000000' // Office 365 Exchange Online
    roles: {
      'SMTP.SendAsApp': '7146a1f0-8703-45b3-9eae-527a64c00995'
      'IMAP.AccessAsApp': '5e5addcd-3e8d-4e90-baf5-964efab2b20a'
      'POP.AccessAsApp': 'cb842b43-da6e-4506-86fe-bb12199c656d'
    }
  }
]

var callbackUrl = empty(publicUrl) ? '' : '${publicUrl}/api/consent/callback'

// Each cloud has its own, and Entra takes a wrong one without a word until the first token is asked for:
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
var tokenExchangeAudiences = {
  AzureCloud: 'api://AzureADTokenExchange'
  AzureUSGovernment: 'api://AzureADTokenExchangeUSGov'
  AzureChinaCloud: 'api://AzureADTokenExchangeChina'
}

// What is not declared here stays as it is, the certificates among it: the extension sends a PATCH
// (https://learn.microsoft.com/graph/api/application-upsert).
resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: displayName
  signInAudience: signInAudience
  isFallbackPublicClient: false
  web: {
    // Compared to the letter, but for the port of http://localhost.
    redirectUris: concat(empty(callbackUrl) ? [] : [callbackUrl], consentByCommand ? ['http://localhost'] : [])
  }
  requiredResourceAccess: map(
    filter(apis, api => !empty(intersection(objectKeys(api.roles), permissions))),
    api => {
      resourceAppId: api.id
      resourceAccess: map(intersection(objectKeys(api.roles), permissions), name => {
        id: api.roles[name]
        type: 'Role' // an application permission; Scope would be a delegated one, with which nothing works here
      })
    }
  )
}

resource servicePrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: application.appId
}

// The identity must be in the directory of the registration, whose own token endpoint is the issuer. The subject is compared
// to the letter.
resource federation 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = if (!empty(identityPrincipalId)) {
  name: '${application.uniqueName}/tenantpost'
  issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  subject: identityPrincipalId
  audiences: [tokenExchangeAudiences[environment().name]]
}

@description('What TENANTPOST_CLIENT_ID is set to.')
output clientId string = application.appId

@description('What the app is known by in its own directory.')
output servicePrincipalId string = servicePrincipal.id

@description('Where administrators come back to; empty before there is an address.')
output callbackUrl string = callbackUrl
