// Tells the test of every run and waits for its answer: 500 makes the run fail.
const { app, output } = require('@azure/functions');

const results = output.storageQueue({ queueName: 'results-%STAGE%', connection: 'AzureWebJobsStorage' });

const handler = async (message, context) => {
  const { triggerMetadata, invocationId, functionName } = context;
  const body = JSON.stringify({ functionName, invocationId, message, triggerMetadata });
  const answer = await fetch(process.env.COLLECTOR_URL, { method: 'POST', body });
  if (!answer.ok) throw new Error('told to fail');
  if (message.output !== undefined) context.extraOutputs.set(results, message.output);
};

app.storageQueue('work', {
  queueName: '%QUEUE_NAME%',
  connection: 'AzureWebJobsStorage',
  extraOutputs: [results],
  handler,
});
app.storageQueue('afterResults', {
  queueName: 'results-%STAGE%',
  connection: '%RESULTS_CONNECTION%',
  handler,
});
app.storageQueue('poisoned', { queueName: '%QUEUE_NAME%-poison', connection: 'AzureWebJobsStorage', handler });
