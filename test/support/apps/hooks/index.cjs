// Every hook, and what each of them can change.
const { app } = require('@azure/functions');

const steps = [];

app.hook.appStart((context) => {
  context.hookData.started = true;
  steps.push('appStart');
});
app.hook.preInvocation((context) => {
  if (context.invocationContext.functionName === 'blocked') throw new Error('blocked by the hook');
  context.hookData.began = context.invocationContext.functionName;
  if (context.invocationContext.functionName === 'replaced') {
    context.inputs = ['input of the hook'];
    context.functionHandler = (input) => ({ body: `handler of the hook, ${input}` });
  }
});
app.hook.postInvocation((context) => {
  context.invocationContext.log(`after ${context.hookData.began}`);
  if (context.invocationContext.functionName === 'forgiven') {
    context.error = null;
    context.result = { body: `forgiven ${context.hookData.began}` };
  }
});
app.hook.log((context) => {
  if (context.category === 'user') context.message = context.message.replace('secret', '***');
});
app.hook.appTerminate((context) => console.log(`appTerminate, started=${context.hookData.started}`));

app.get('steps', { handler: () => ({ jsonBody: steps }) });
app.get('replaced', { handler: () => ({ body: 'own handler' }) });
app.get('forgiven', {
  handler: () => {
    throw new Error('to be forgiven');
  },
});
app.get('talks', {
  handler: (_request, context) => {
    context.trace('at trace');
    context.debug('at debug');
    context.log('at info, a secret');
    context.warn('at warn\n2026-11-22T08:00:00.000Z info  [host] forged');
    context.error('at error \u001b[31mred\u001b[0m');
    return {};
  },
});
app.get('blocked', { handler: () => steps.push('blocked') });
app.get('lateSetup', {
  handler: () => {
    try {
      app.setup({ enableHttpStream: true });
    } catch (error) {
      return { body: error.message };
    }
    return { body: 'set up' };
  },
});
app.get('late', {
  handler: () => {
    try {
      app.get('tooLate', { handler: () => ({}) });
    } catch (error) {
      return { body: error.message };
    }
    return { body: 'registered' };
  },
});
app.get('environment', { handler: () => ({ jsonBody: { ...process.env, cwd: process.cwd() } }) });
app.get('held', {
  handler: async () => {
    await fetch(process.env.COLLECTOR_URL, { method: 'POST', body: '"held"' });
    return { body: 'done' };
  },
});
app.get('crashes', {
  handler: () => {
    setImmediate(() => {
      throw new Error('outside of any invocation');
    });
    return {};
  },
});
