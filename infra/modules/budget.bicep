metadata name = 'Budget'
metadata description = 'Says by e-mail when the resource group costs more than planned. Nothing is stopped by it.'

@description('Required. The end of its name: budget-<name>.')
@minLength(1)
@maxLength(50)
param name string

@description('Required. What a month may cost, in the currency of the subscription.')
@minValue(1)
param monthlyAmount int

@description('Required. Who is told.')
@minLength(1)
param emails string[]

@description('Required. The action group that is told as well.')
param actionGroupId string

@description('Optional. The first day of a month, yyyy-MM-01. A new budget must begin in the month that is under way.')
@minLength(10)
@maxLength(10)
param startDate string = utcNow('yyyy-MM-01')

// The first day of a budget cannot be changed, and that of a new one must be in this month: deployed anew a month later it would fail, whatever
// date it is given (https://github.com/Azure/azure-quickstart-templates/issues/7095). To change the amount, delete the budget first.
@onlyIfNotExists()
resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: 'budget-${name}'
  properties: {
    category: 'Cost'
    amount: monthlyAmount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: '${startDate}T00:00:00Z'
    }
    notifications: {
      mostIsSpent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: emails
        contactGroups: [actionGroupId]
      }
      allIsSpent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Actual'
        contactEmails: emails
        contactGroups: [actionGroupId]
      }
      moreWillBeSpent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 110
        thresholdType: 'Forecasted'
        contactEmails: emails
        contactGroups: [actionGroupId]
      }
    }
  }
}
