/**
 * The columns of the tables that the queries ask, as far as they may ask for them. Each table has its page below
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/; what Application Insights writes into which column of a metric,
 * span or log record is decided by the exporter (@azure/monitor-opentelemetry-exporter).
 */

const everywhere = ['TimeGenerated', 'Type', '_ResourceId'];

/** Of what the app itself sends. */
const ofApplication = [...everywhere, 'AppRoleInstance', 'AppRoleName', 'AppVersion', 'OperationId', 'Properties'];

const ofSpan = [...ofApplication, 'Name', 'Id', 'ParentId', 'DurationMs', 'ResultCode', 'Success', 'ItemCount'];

export const tables: Readonly<Record<string, readonly string[]>> = {
  // A counter's or gauge's value is Sum, with ItemCount 1 and without Min and Max; of a histogram all four are filled.
  AppMetrics: [...ofApplication, 'Name', 'Sum', 'Min', 'Max', 'ItemCount'],
  AppTraces: [...ofApplication, 'Message', 'SeverityLevel', 'ParentId', 'ItemCount'],
  // Spans of kind SERVER and CONSUMER.
  AppRequests: [...ofSpan, 'Url', 'Source'],
  // All other spans.
  AppDependencies: [...ofSpan, 'DependencyType', 'Target', 'Data'],
  Usage: [...everywhere, 'DataType', 'Quantity', 'QuantityUnit', 'IsBillable', 'Solution', 'StartTime', 'EndTime'],
};
