metadata name = 'Alerts by query'
metadata description = 'What is asked of the workspace again and again, and from when on somebody is told.'

@description('Required. The end of every name.')
param name string

@description('Required. Region of the workspace, which is that of the rules.')
param location string

@description('Required. Tags.')
param tags object

@description('Required. The workspace that is asked.')
param workspaceId string

@description('Required. The action group that is told.')
param actionGroupId string

@description('Required. What each alert names beside the page that helps.')
param properties object

@description('A question that is asked again and again. Its rows are grouped by splitBy; where the value of a group goes beyond the threshold, the group alerts.')
type queryAlert = {
  @description('A part of the name of the rule.')
  name: string

  @description('The subject of the e-mail.')
  title: string

  @description('What it means.')
  meaning: string

  @description('The page of docs/ that helps.')
  page: string

  query: string

  @description('Azure\'s five steps: 0 critical, 1 error, 2 warning, 3 informational, 4 verbose.')
  severity: 0 | 1 | 2 | 3 | 4

  @description('The column of the query that is compared.')
  value: string

  @description('The column whose values alert one by one.')
  splitBy: string?

  aggregation: 'Maximum' | 'Minimum' | 'Total'
  operator: 'GreaterThan' | 'LessThan' | 'LessThanOrEqual'
  threshold: int

  @description('How often it is asked. More often than each quarter of an hour costs more.')
  every: 'PT5M' | 'PT15M' | 'PT1H'

  @description('Of how much time. Gauges come with each run of the timer, every quarter of an hour at the latest: less than twice that may see none.')
  of: 'PT15M' | 'PT30M' | 'PT1H' | 'PT6H'

  @description('Whether it ends by itself. A state ends; of an event each has its own alert.')
  ends: bool
}

var queryAlerts queryAlert[] = [
  {
    name: 'poison'
    title: 'Mail lies in poison'
    meaning: 'Mail did not leave and is kept: it was refused, Microsoft refused it, or nobody can tell whether it left. Nothing of it is tried again by itself.'
    page: 'docs/operator.md#runbook'
    query: loadTextContent('../queries/alert-poison.kql')
    severity: 2
    value: 'messages'
    splitBy: 'transport'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: 0
    every: 'PT15M'
    of: 'PT1H'
    ends: true
  }
  {
    name: 'credential-month'
    title: 'The credential expires within a month'
    meaning: 'The certificate or secret that proves the app to Entra ends in 30 days or less. On that day no mail of any tenant leaves.'
    page: 'docs/rotation.md'
    query: loadTextContent('../queries/alert-credential.kql')
    severity: 2
    value: 'daysLeft'
    splitBy: 'proof'
    aggregation: 'Minimum'
    operator: 'LessThanOrEqual'
    threshold: 30
    every: 'PT1H'
    of: 'PT6H'
    ends: true
  }
  {
    name: 'credential-week'
    title: 'The credential expires within a week'
    meaning: 'The certificate or secret that proves the app to Entra ends in 7 days or less. On that day no mail of any tenant leaves.'
    page: 'docs/rotation.md'
    query: loadTextContent('../queries/alert-credential.kql')
    severity: 1
    value: 'daysLeft'
    splitBy: 'proof'
    aggregation: 'Minimum'
    operator: 'LessThanOrEqual'
    threshold: 7
    every: 'PT1H'
    of: 'PT6H'
    ends: true
  }
  {
    name: 'failure-ratio'
    title: 'Too much mail does not leave'
    meaning: 'Of the mail jobs that ended in half an hour more than a twentieth were refused, failed, or may or may not have left.'
    page: 'docs/queries.md#what-did-not-leave-by-cause'
    query: loadTextContent('../queries/alert-failure-ratio.kql')
    severity: 1
    value: 'percent'
    splitBy: 'transport'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: 5
    every: 'PT5M'
    of: 'PT30M'
    ends: true
  }
  {
    name: 'oldest-message'
    title: 'Mail waits on its queue'
    meaning: 'For half an hour the oldest message of a send queue has been older than half an hour: nobody takes messages off it, or more come than leave.'
    page: 'docs/queries.md#how-long-does-mail-wait-and-why'
    query: loadTextContent('../queries/alert-oldest-message.kql')
    severity: 1
    value: 'minutes'
    splitBy: 'queue'
    aggregation: 'Minimum'
    operator: 'GreaterThan'
    threshold: 30
    every: 'PT15M'
    of: 'PT30M'
    ends: true
  }
  {
    name: 'tenants'
    title: 'Tenants can no longer be served'
    meaning: 'Tenants became degraded or revoked: consent was taken back, or something that only their administrator can mend stops their mail.'
    page: 'docs/operator.md#the-states-of-a-tenant'
    query: loadTextContent('../queries/alert-tenants.kql')
    severity: 2
    value: 'tenants'
    splitBy: 'state'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 0
    every: 'PT15M'
    of: 'PT15M'
    ends: false
  }
  {
    name: 'vault-or-entra'
    title: 'The vault or Entra fails'
    meaning: 'The app cannot prove itself or gets no tokens. Mail waits while the tokens in the cache last, about an hour, and all of it after that.'
    page: 'docs/tokens.md'
    query: loadTextContent('../queries/alert-vault-or-entra.kql')
    severity: 1
    value: 'failures'
    splitBy: 'code'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 2
    every: 'PT5M'
    of: 'PT15M'
    ends: true
  }
  {
    name: 'wrong-token'
    title: 'A token of another tenant was met and refused'
    meaning: 'A token was not that of the tenant asked for. It was not used. This must never happen: look at who else writes to the table of tokens.'
    page: 'docs/tokens.md'
    query: loadTextContent('../queries/alert-wrong-token.kql')
    severity: 0
    value: 'tokens'
    splitBy: 'origin'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 0
    every: 'PT15M'
    of: 'PT15M'
    ends: false
  }
  {
    name: 'silence'
    title: 'The app says nothing'
    meaning: 'No run of the timer has been seen for an hour: the app does not run, or its telemetry does not arrive. All other alerts are blind until it does.'
    page: 'docs/operator.md'
    query: loadTextContent('../queries/alert-silence.kql')
    severity: 1
    value: 'runs'
    aggregation: 'Total'
    operator: 'LessThan'
    threshold: 1
    every: 'PT15M'
    of: 'PT1H'
    ends: true
  }
]

// Azure compiles the query when it makes the rule: a query that it does not understand fails the deployment.
resource queryRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in queryAlerts: {
    name: 'alert-${alert.name}-${name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      description: '${alert.meaning} See ${alert.page}.'
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.of
      autoMitigate: alert.ends
      criteria: {
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            query: alert.query
            timeAggregation: alert.aggregation
            metricMeasureColumn: alert.value
            dimensions: alert.?splitBy == null ? [] : [{ name: alert.splitBy!, operator: 'Include', values: ['*'] }]
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [actionGroupId]
        customProperties: union(properties, { help: alert.page })
      }
    }
  }
]
