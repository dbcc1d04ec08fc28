// Functions that say in which process they run, and tell the test of every run.
const { app } = require('@azure/functions');

const handler = async (input, { functionName }) => {
  const body = JSON.stringify({ functionName, pid: process.pid, at: Date.now(), input });
  await fetch(process.env.COLLECTOR_URL, { method: 'POST', body });
};

app.get('one', { handler: () => ({ jsonBody: process.pid }) });
app.get('other', { authLevel: 'function', handler: () => ({ jsonBody: process.pid }) });
app.timer('tick', { schedule: '* * * * * *', handler });
app.timer('yearly', { schedule: '0 30 4 1 1 *', handler });
app.storageQueue('work', { queueName: '%QUEUE_NAME%', connection: 'AzureWebJobsStorage', handler });
app.hook.appTerminate(() => console.log('terminated'));

if (process.argv.includes(process.env.FAILS_IN)) throw new Error('no settings for this group');
