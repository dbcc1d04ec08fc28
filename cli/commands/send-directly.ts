/** `tenantpost send --client-id`: the article's case, one tenant and one credential. */

import { App, credentialOf } from '../direct/app.ts';
import { clientIdOf } from '../direct/client-id.ts';
import { endpointsOf } from '../direct/endpoints.ts';
import { inWords } from '../direct/failure.ts';
import type { CloudArguments, CredentialArguments } from '../direct/options.ts';
import { HeldContents, sendDirectly, type Transport } from '../direct/send.ts';
import { tenantIdOf } from '../direct/tenant.ts';
import { exitCodes } from '../exit-codes.ts';
import type { MailArguments } from '../mail/options.ts';
import { writtenJob } from '../mail/written-job.ts';
import { fields } from '../terminal/columns.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface Given extends MailArguments, CloudArguments, CredentialArguments {
  readonly clientId: string;
  readonly transport: Transport;
}

export async function sendStraight(given: Given, terminal: Terminal): Promise<number> {
  const { transport } = given;
  const { signal } = terminal;
  const endpoints = endpointsOf(given);
  const clientId = clientIdOf(given.clientId);
  const contents = new HeldContents();
  const tenant = given.tenant === undefined ? undefined : await tenantIdOf(given.tenant, endpoints, signal);
  const job = await writtenJob(given, tenant, contents.keep);
  const credential = await credentialOf(given, { clientId, authorityUrl: endpoints.authorityUrl }, signal);
  const stay = (): void => {
    terminal.note('The mail is under way: only the answer tells whether it left. Ctrl-C once more ends without it.');
  };
  terminal.progress('Getting a token');
  const requestId = await inWords(
    sendDirectly(job, {
      app: new App(clientId, credential, endpoints),
      endpoints,
      transport,
      contents,
      signal,
      onUnderWay: () => {
        terminal.progress('Sending');
        signal.addEventListener('abort', stay, { once: true });
      },
    }),
  ).finally(() => signal.removeEventListener('abort', stay));
  const { id, tenant: tenantId } = job;
  terminal.result(
    { tenant: tenantId, id, state: 'sent', transport, ...(requestId !== undefined && { requestId }) },
    `${terminal.style.good('Sent.')} ${transport === 'graph' ? 'Graph' : 'The SMTP server'} took it.\n${fields([
      ['tenant', tenantId],
      ['id', id],
      ['request-id', requestId],
    ])}`,
  );
  return exitCodes.done;
}
