/** The manifest: everything that this app does, in one screen. A wrong setting stops the start here. */

import { app } from '@azure/functions';
import { readConfig } from '../shared/config.ts';
import { buildServices } from '../shared/services.ts';
import { consentCallback } from './consent-callback.ts';
import { consentStart } from './consent-start.ts';
import { createInvitation } from './create-invitation.ts';
import { health } from './health.ts';
import { sendGraph } from './send-graph.ts';
import { warmTokens } from './warm-tokens.ts';

// eslint-disable-next-line no-restricted-properties -- the one place where the environment is handed over
const services = buildServices(readConfig(process.env));

app.http('createInvitation', createInvitation(services));
app.http('consentStart', consentStart(services));
app.http('consentCallback', consentCallback(services));
app.http('health', health(services));
app.timer('warmTokens', warmTokens(services));
app.storageQueue('sendGraph', sendGraph(services));
