/**
 * `npm start`: the whole stack left running, with the addresses to open and a line to paste that queues a mail. State,
 * storage and delivered mail are kept in the folder of start-files.ts until it is deleted.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { queues, routePrefix, routes } from '../shared/names.ts';
import { help, readArguments } from './arguments.ts';
import { customers } from './cloud/seed.ts';
import { endpointNames } from './cloud/urls.ts';
import { invite, tenantState } from './onboarding.ts';
import { type Stack, startStack } from './stack.ts';
import { connectionFile, leaveStartFolder, startFolder, startFolderName, takeStartFolder } from './start-files.ts';

const defaultPort = 7071;
/** The host's own, and one for each service of the cloud. */
const portCount = 1 + endpointNames.length;
const mostPort = 65_536 - portCount;

const usage = `npm start [-- --port ${defaultPort}]

Starts the local Microsoft cloud, its storage and the app, and leaves them running until Ctrl-C. Uses ${portCount} ports in a
row, of which --port is the first. What happens is kept under .local/, or under the folder that the environment variable
TENANTPOST_LOCAL_FOLDER names (for npm run mail as well); delete that folder to begin anew.`;

const values = readArguments(usage, () => parseArgs({ options: { port: { type: 'string' }, help } }));

const port = values.port === undefined ? defaultPort : Number(values.port);
if (!Number.isInteger(port) || port < 1024 || port > mostPort) {
  console.error(`--port takes a number from 1024 to ${mostPort}, not "${values.port}".`);
  process.exit(2);
}

try {
  takeStartFolder();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

try {
  const stack = await startStack({
    folder: startFolder,
    keepStorage: true,
    firstPort: port,
    settings: { TENANTPOST_WARM_EVERY_SECONDS: '30' },
    onProgress: (line) => console.error(line),
    onHostLine: (line) => console.log(line),
  });
  writeFileSync(connectionFile, stack.cloud.storage?.connectionString ?? '');
  console.log(await welcome(stack));

  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    console.error('stopping: what is in flight is finished (Ctrl-C again to leave at once)');
    void stack.stop().then(() => {
      leaveStartFolder();
      process.exit(process.exitCode ?? 0);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  void stack.host.exited.then((code) => {
    if (stopping) return;
    console.error(`The function host ended by itself with code ${code}. Its last lines are above.`);
    process.exitCode = 1;
    stop();
  });
} catch (error) {
  leaveStartFolder();
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function welcome(stack: Stack): Promise<string> {
  const { contoso, fabrikam } = customers;
  const invitations = await Promise.all([contoso, fabrikam].map((tenant) => invitationLine(stack, tenant)));
  const app = `${stack.host.url}/${routePrefix}`;
  const key = stack.host.keys.functions['createInvitation'] ?? '';
  return `
tenantpost is running on this machine.

  mailboxes, mail, outcomes   ${stack.cloud.urls.portal}
  health                      ${app}/${routes.health}

1. Consent: open a link in a browser, choose the administrator, accept. The browser warns of the local cloud's own
   certificate once; that is expected.

${invitations.join('\n')}

   More of them: curl -s -X POST ${app}/${routes.invitations} -H 'x-functions-key: ${key}' -d '{}'

2. Queue a mail, in another terminal in this folder:

   npm run -s mail -- --from post@${contoso.domain} --to ada@customer.example --subject "Hello"

3. See it arrive: ${stack.cloud.urls.portal}/mailboxes

4. See what proves the app to Entra, and whether an old certificate may be removed (docs/rotation.md):

   npm run -s tenantpost -- credential --url ${stack.host.url} --key=${stack.host.keys.functions['credential'] ?? ''}

The queue is "${queues.mailGraph}". Ctrl-C stops everything; what happened is kept under ${startFolderName}.
`;
}

async function invitationLine(stack: Stack, { id, displayName }: { id: string; displayName: string }): Promise<string> {
  if ((await tenantState(stack, id)) === 'active') return `   ${displayName} has consented.`;
  return `   ${displayName}: ${(await invite(stack, id)).link}`;
}
