// Tells the test of every run and waits for its answer: 500 makes the run fail.
const { app } = require('@azure/functions');

const handler = async (timer, context) => {
  const body = JSON.stringify({ functionName: context.functionName, at: Date.now(), timer });
  const answer = await fetch(process.env.COLLECTOR_URL, { method: 'POST', body });
  if (!answer.ok) throw new Error('told to fail');
};

app.timer('everySecond', { schedule: '* * * * * *', handler });
app.timer('yearly', { schedule: '%YEARLY%', handler });
app.timer('monthly', { schedule: '0 0 0 1 * *', handler });
app.timer('atStart', { schedule: '0 0 3 1 6 *', runOnStartup: true, handler });
app.timer('unmonitored', { schedule: '0 0 4 1 7 *', useMonitor: false, runOnStartup: true, handler });
app.timer('spanned', { schedule: '00:05:00', handler });
