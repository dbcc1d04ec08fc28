// To send mail that somebody waits for: copies in three zones, an instance that is always there, locks.
using './main.bicep'

param name = readEnvironmentVariable('AZURE_ENV_NAME', 'tenantpost-prod')
param clientId = readEnvironmentVariable('TENANTPOST_CLIENT_ID')
param credential = readEnvironmentVariable('TENANTPOST_CREDENTIAL', 'certificate')
param alertEmails = split(readEnvironmentVariable('TENANTPOST_ALERT_EMAILS'), ',')
param monthlyBudget = int(readEnvironmentVariable('TENANTPOST_MONTHLY_BUDGET', '200'))

param scaleTo = {
  maximumInstances: 100
  instanceMemoryMB: 2048
  alwaysReadyHttp: 1
  zoneRedundant: false
}
param storageRedundancy = 'Standard_ZRS'
param softDeleteDays = 30
param deletionLock = true
param recoverVault = bool(readEnvironmentVariable('TENANTPOST_RECOVER_VAULT', 'false'))
param privateNetwork = bool(readEnvironmentVariable('TENANTPOST_PRIVATE_NETWORK', 'false'))
param operatorAddresses = filter(
  split(readEnvironmentVariable('TENANTPOST_OPERATOR_ADDRESSES', ''), ','),
  address => !empty(address)
)
param logRetentionDays = 90
param tags = {
  environment: 'prod'
}
