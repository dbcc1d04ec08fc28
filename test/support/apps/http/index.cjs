// Answers with what it was given, under routes of every kind.
const { app, output } = require('@azure/functions');

const seen = (name) => async (request) => ({
  jsonBody: {
    name,
    method: request.method,
    url: request.url,
    params: request.params,
    query: Object.fromEntries(request.query),
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  },
});

app.http('bare', { handler: seen('bare') });
app.http('byId', { route: 'items/{id:int}', methods: ['GET'], handler: seen('byId') });
app.http('byName', { route: 'items/{name}', methods: ['GET'], handler: seen('byName') });
app.http('optional', { route: 'Optional/{name?}', methods: ['GET'], handler: seen('optional') });
app.http('fileNamed', { route: 'files/{stem}.{extension}', methods: ['GET'], handler: seen('fileNamed') });
app.http('deep', { route: 'deep/{*rest}', methods: ['GET'], handler: seen('deep') });
app.http('deepLater', { route: 'deep/exact', methods: ['GET'], handler: seen('deepLater') });
app.http('sharedGet', { route: 'shared', methods: ['GET'], handler: seen('sharedGet') });
app.http('sharedPut', { route: 'shared', methods: ['PUT'], handler: seen('sharedPut') });

app.post('mirror', {
  route: 'mirror',
  handler: async (request) => ({
    status: 201,
    headers: { 'content-type': 'application/octet-stream', 'x-answer': 'yes', 'content-length': '3' },
    body: await request.arrayBuffer(),
  }),
});
app.get('cookies', {
  handler: () => ({
    status: 302,
    headers: { location: '/elsewhere' },
    cookies: [
      { name: 'browser', value: 'a b;c', httpOnly: true, secure: true, sameSite: 'Lax', maxAge: 60, path: '/api' },
      { name: 'plain', value: 'v', expires: new Date(1_000_000_000_000) },
    ],
  }),
});
app.get('text', { handler: () => ({ body: 'grüße' }) });
app.get('nothing', { handler: () => undefined });
app.get('noContent', { handler: () => ({ status: 204 }) });
app.get('wrong', { handler: () => 'not an object' });
app.get('slow', { handler: () => new Promise((resolve) => setTimeout(resolve, 60_000)) });

const sink = output.storageQueue({ queueName: 'http-output', connection: 'AzureWebJobsStorage' });
app.get('throwsAfterOutput', {
  extraOutputs: [sink],
  handler: (_request, context) => {
    context.extraOutputs.set(sink, 'must not be sent');
    throw new Error('the handler gave up');
  },
});
app.get('enqueues', {
  extraOutputs: [sink],
  handler: (request, context) => {
    context.extraOutputs.set(sink, JSON.parse(request.query.get('value')));
    return { status: 202 };
  },
});
