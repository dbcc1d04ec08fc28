// One function of each authorization level, a queue function and a timer to run by hand.
const { app } = require('@azure/functions');

const report = (name) => async (input, context) => {
  const { triggerMetadata } = context;
  const body = JSON.stringify({ name, input, dequeueCount: triggerMetadata?.dequeueCount });
  await fetch(process.env.COLLECTOR_URL, { method: 'POST', body });
};

app.get('open', { authLevel: 'anonymous', handler: () => ({ body: 'open' }) });
app.get('unnamed', { handler: () => ({ body: 'no level is anonymous' }) });
app.get('locked', { authLevel: 'function', handler: () => ({ body: 'locked' }) });
app.get('otherLocked', { authLevel: 'function', handler: () => ({ body: 'other' }) });
app.get('operators', { authLevel: 'admin', handler: () => ({ body: 'operators' }) });
app.storageQueue('fromQueue', {
  queueName: 'by-hand',
  connection: 'AzureWebJobsStorage',
  handler: report('fromQueue'),
});
app.timer('everyNewYear', { schedule: '0 0 0 1 1 *', handler: report('everyNewYear') });
