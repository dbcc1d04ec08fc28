/** The manifest: everything that this app does, in one screen. A wrong setting stops the start here. */

import { app } from '@azure/functions';
import { readConfig } from '../shared/config.ts';
import { queues } from '../shared/names.ts';
import { buildServices } from '../shared/services.ts';
import { cancelMailJob } from './cancel-mail-job.ts';
import { collectPoison } from './collect-poison.ts';
import { consentCallback } from './consent-callback.ts';
import { consentStart } from './consent-start.ts';
import { createInvitation } from './create-invitation.ts';
import { credential } from './credential.ts';
import { health } from './health.ts';
import { holdMailbox } from './hold-mailbox.ts';
import { listMailJobs } from './list-mail-jobs.ts';
import { listPoison } from './list-poison.ts';
import { readMailJobSchema } from './read-mail-job-schema.ts';
import { readMailJob } from './read-mail-job.ts';
import { readMailbox } from './read-mailbox.ts';
import { readOpenApi } from './read-open-api.ts';
import { releaseMailbox } from './release-mailbox.ts';
import { replayMailJob } from './replay-mail-job.ts';
import { retention } from './retention.ts';
import { sendGraph, sendSmtp } from './send-mail.ts';
import { setDelivery } from './set-delivery.ts';
import { storeMailContent } from './store-mail-content.ts';
import { submitMailJobs } from './submit-mail-jobs.ts';
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

app.storageQueue('sendGraph', sendGraph(services.sendMail.graph));
app.storageQueue('collectGraphPoison', collectPoison(services.collectPoison.graph, queues.mailGraphPoison));
if (services.sendMail.smtp) app.storageQueue('sendSmtp', sendSmtp(services.sendMail.smtp));
if (services.collectPoison.smtp) {
  app.storageQueue('collectSmtpPoison', collectPoison(services.collectPoison.smtp, queues.mailSmtpPoison));
}
app.timer('retention', retention(services));

app.http('submitMailJobs', submitMailJobs(services));
app.http('listMailJobs', listMailJobs(services));
app.http('readMailJob', readMailJob(services));
app.http('cancelMailJob', cancelMailJob(services));
app.http('replayMailJob', replayMailJob(services));
app.http('storeMailContent', storeMailContent(services));
app.http('listPoison', listPoison(services));
app.http('readMailbox', readMailbox(services));
app.http('holdMailbox', holdMailbox(services));
app.http('releaseMailbox', releaseMailbox(services));
app.http('setDelivery', setDelivery(services));
app.http('readMailJobSchema', readMailJobSchema());
app.http('readOpenApi', readOpenApi(services));
