// Fails while it loads, after its first registration, as an app does whose settings are wrong.
const { app } = require('@azure/functions');

app.get('first', { handler: () => ({}) });
throw new Error('TENANTPOST_CLIENT_ID is missing');
