/** The manifest: everything that this app does, in one screen. A wrong setting stops the start here. */

import { app } from '@azure/functions';
import { readConfig } from '../shared/config.ts';
import { queues } from '../shared/names.ts';
import { buildServices } from '../shared/services.ts';
import { cancelMailJob } from './cancel-mail-job.ts';
import { checkTenant } from './check-tenant.ts';
import { collectPoison } from './collect-poison.ts';
import { consentCallback } from './consent-callback.ts';
import { consentResult } from './consent-result.ts';
import { consentStart } from './consent-start.ts';
import { consentStatus } from './consent-status.ts';
import { consoleEnter, consoleOpen } from './console-entrance.ts';
import { consoleCheck, consoleClose, consoleHold, consoleRelease, consoleReplay } from './console-forms.ts';
import { consoleCause, consoleOverview, consoleTenant, consoleTenants } from './console-pages.ts';
import { createConsoleLink } from './create-console-link.ts';
import { createInvitation } from './create-invitation.ts';
import { credential } from './credential.ts';
import { endConsoleSessions } from './end-console-sessions.ts';
import { exchangeSetup } from './exchange-setup.ts';
import { health } from './health.ts';
import { holdMailbox } from './hold-mailbox.ts';
import { invitationPage } from './invitation-page.ts';
import { listInvitations } from './list-invitations.ts';
import { listMailJobs } from './list-mail-jobs.ts';
import { listPoison } from './list-poison.ts';
import { listTenants } from './list-tenants.ts';
import { readMailJobSchema } from './read-mail-job-schema.ts';
import { readMailJob } from './read-mail-job.ts';
import { readMailbox } from './read-mailbox.ts';
import { readOpenApi } from './read-open-api.ts';
import { readOverview } from './read-overview.ts';
import { readTenant } from './read-tenant.ts';
import { releaseMailbox } from './release-mailbox.ts';
import { removeTenant } from './remove-tenant.ts';
import { replayMailJob } from './replay-mail-job.ts';
import { retention } from './retention.ts';
import { revokeInvitation } from './revoke-invitation.ts';
import { sendMail } from './send-mail.ts';
import { setDelivery } from './set-delivery.ts';
import { storeMailContent } from './store-mail-content.ts';
import { submitMailJobs } from './submit-mail-jobs.ts';
import { tenantLink } from './tenant-link.ts';
import { tenantPage } from './tenant-page.ts';
import { verifyTenant } from './verify-tenant.ts';
import { warmTokens } from './warm-tokens.ts';

// eslint-disable-next-line no-restricted-properties -- the one place where the environment is handed over
const services = buildServices(readConfig(process.env));

const { telemetry } = services;
if (telemetry.isOn) {
  app.setup({ capabilities: telemetry.capabilities });
  app.hook.appStart(() => telemetry.start());
  app.hook.appTerminate(() => telemetry.stop());
}

// The worker runs no function when this fails, and answers the host with its message: src/startApp.ts and
// src/setupEventStream.ts of https://github.com/Azure/azure-functions-nodejs-worker.
app.hook.appStart(() => services.checkStart());

app.http('createInvitation', createInvitation(services));
app.http('listInvitations', listInvitations(services));
app.http('revokeInvitation', revokeInvitation(services));
app.http('listTenants', listTenants(services));
app.http('readTenant', readTenant(services));
app.http('verifyTenant', verifyTenant(services));
app.http('removeTenant', removeTenant(services));

app.http('invitationPage', invitationPage(services));
app.http('consentStart', consentStart(services));
app.http('consentCallback', consentCallback(services));
app.http('consentResult', consentResult(services));
app.http('consentStatus', consentStatus(services));
app.http('tenantPage', tenantPage(services));
app.http('tenantLink', tenantLink(services));
app.http('health', health(services));
app.http('credential', credential(services));
for (const shard of services.shards) {
  app.timer(shard.index === 0 ? 'warmTokens' : `warmTokens${shard.index + 1}`, warmTokens(services, shard));
}

const { graph, smtp } = services.mail;
app.storageQueue('sendGraph', sendMail(graph.send, queues.mailGraph));
app.storageQueue('sendGraphDue', sendMail(graph.send, queues.mailGraphDue));
app.storageQueue('collectGraphPoison', collectPoison(graph.collectPoison, queues.mailGraphPoison));
app.storageQueue('collectGraphDuePoison', collectPoison(graph.collectPoison, queues.mailGraphDuePoison));
if (smtp) {
  app.storageQueue('sendSmtp', sendMail(smtp.send, queues.mailSmtp));
  app.storageQueue('sendSmtpDue', sendMail(smtp.send, queues.mailSmtpDue));
  app.storageQueue('collectSmtpPoison', collectPoison(smtp.collectPoison, queues.mailSmtpPoison));
  app.storageQueue('collectSmtpDuePoison', collectPoison(smtp.collectPoison, queues.mailSmtpDuePoison));
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
app.http('exchangeSetup', exchangeSetup(services));
app.http('checkTenant', checkTenant(services));

app.http('readOverview', readOverview(services));
app.http('createConsoleLink', createConsoleLink(services));
app.http('endConsoleSessions', endConsoleSessions(services));
app.http('consoleOpen', consoleOpen(services));
app.http('consoleEnter', consoleEnter(services));
app.http('consoleClose', consoleClose(services));
app.http('consoleOverview', consoleOverview(services));
app.http('consoleTenants', consoleTenants(services));
app.http('consoleTenant', consoleTenant(services));
app.http('consoleCause', consoleCause(services));
app.http('consoleCheck', consoleCheck(services));
app.http('consoleHold', consoleHold(services));
app.http('consoleRelease', consoleRelease(services));
app.http('consoleReplay', consoleReplay(services));

app.http('readMailJobSchema', readMailJobSchema());
app.http('readOpenApi', readOpenApi(services));
