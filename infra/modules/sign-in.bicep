metadata name = 'Sign-in'
metadata description = 'App Service asks operators to sign in before any page of the console, and nobody at any other address.'

@description('Required. The function app.')
param functionAppName string

@description('Required. Client id of the registration with which operators sign in.')
@minLength(36)
@maxLength(36)
param clientId string

// All addresses but the console's pages: administrators of other directories come to them, and programs with keys.
// As in docs/console.md.
var openPaths = [
  '/api/console/links'
  '/api/console/sessions/*'
  '/api/consent/*'
  '/api/credential'
  '/api/health'
  '/api/invitations'
  '/api/invitations/*'
  '/api/mail-content'
  '/api/mail-jobs'
  '/api/mail-jobs/*'
  '/api/mailboxes/*'
  '/api/openapi.json'
  '/api/overview'
  '/api/poison'
  '/api/schemas/*'
  '/api/tenant'
  '/api/tenants'
  '/api/tenants/*'
  '/admin/*'
  '/runtime/*'
]

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource signIn 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'RedirectToLoginPage'
      redirectToProvider: 'azureactivedirectory'
      excludedPaths: openPaths
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          clientId: clientId
          // The setting holds no secret but the client id of the identity that proves the sign-in ("Use a managed identity
          // instead of a secret"): https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
    httpSettings: {
      requireHttps: true
    }
  }
}
