// Functions with retry policies. They tell the test of every run and wait for its answer: 500 makes the run fail.
const { app } = require('@azure/functions');

const handler = async (_input, context) => {
  const { functionName, invocationId, retryContext, triggerMetadata } = context;
  const dequeueCount = triggerMetadata?.dequeueCount;
  const body = JSON.stringify({ functionName, invocationId, retryContext, dequeueCount, at: Date.now() });
  const answer = await fetch(process.env.COLLECTOR_URL, { method: 'POST', body });
  if (!answer.ok) throw new Error('told to fail');
};
const queue = (queueName, retry) => ({ queueName, connection: 'AzureWebJobsStorage', retry, handler });
const second = { seconds: 1 };

app.timer('tick', {
  schedule: '0 0 0 1 1 *',
  runOnStartup: true,
  retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: second },
  handler,
});
app.storageQueue('fixed', queue('fixed', { strategy: 'fixedDelay', maxRetryCount: 1, delayInterval: second }));
app.storageQueue(
  'growing',
  queue('growing', {
    strategy: 'exponentialBackoff',
    maxRetryCount: -1,
    minimumInterval: second,
    maximumInterval: { hours: 1 },
  }),
);
app.storageQueue(
  'patient',
  queue('patient', { strategy: 'fixedDelay', maxRetryCount: 1, delayInterval: { hours: 1 } }),
);
