// To try it: one copy of the data, few instances, nothing kept from being deleted.
using './main.bicep'

param name = readEnvironmentVariable('AZURE_ENV_NAME', 'tenantpost-dev')
param clientId = readEnvironmentVariable('TENANTPOST_CLIENT_ID')
param credential = readEnvironmentVariable('TENANTPOST_CREDENTIAL', 'certificate')
param alertEmails = split(readEnvironmentVariable('TENANTPOST_ALERT_EMAILS'), ',')
param monthlyBudget = int(readEnvironmentVariable('TENANTPOST_MONTHLY_BUDGET', '20'))

param scaleTo = {
  maximumInstances: 40
  instanceMemoryMB: 2048
  alwaysReadyHttp: 0
  zoneRedundant: false
}
param storageRedundancy = 'Standard_LRS'
param softDeleteDays = 7
param deletionLock = false
param recoverVault = bool(readEnvironmentVariable('TENANTPOST_RECOVER_VAULT', 'false'))
param privateNetwork = bool(readEnvironmentVariable('TENANTPOST_PRIVATE_NETWORK', 'false'))
param operatorAddresses = filter(
  split(readEnvironmentVariable('TENANTPOST_OPERATOR_ADDRESSES', ''), ','),
  address => !empty(address)
)
param logRetentionDays = 30
param dailyLogCapGb = 1
param tags = {
  environment: 'dev'
}
