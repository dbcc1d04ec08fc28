/** The manifest: everything that this app does, in one screen. A wrong setting stops the start here. */

import { app } from '@azure/functions';
import { readConfig } from '../shared/config.ts';
import { buildServices } from '../shared/services.ts';
import { consentCallback } from './consent-callback.ts';
import { consentStart } from './consent-start.ts';
import { createInvitation } from './create-invitation.ts';
import { credential } from './credential.ts';
import { health } from './health.ts';
import { sendGraph } from './send-graph.ts';
import { warmTokens } from './warm-tokens.ts';

// eslint-disable-next-line no-restricted-properties -- the one place where the environment is handed over
const services = buildServices(readConfig(process.env));

// The worker runs no function when this fails, and answers the host with its message: src/startApp.ts and
// src/setupEventStream.ts of https://github.com/Azure/azure-functions-nodejs-worker.
app.hook.appStart(() => services.checkStart());

app.http('createInvitation', createInvitation(services));
app.http('consentStart', consentStart(services));
app.http('consentCallback', consentCallback(services));
app.http('health', health(services));
app.http('credential', credential(services));
for (const shard of services.shards) {
  app.timer(shard.index === 0 ? 'warmTokens' : `warmTokens${shard.index + 1}`, warmTokens(services, shard));
}
app.storageQueue('sendGraph', sendGraph(services));
