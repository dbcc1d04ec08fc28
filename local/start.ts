/**
 * `npm start`: the whole stack left running, with the addresses to open and a line to paste that queues a mail. State,
 * storage and delivered mail are kept under `.local/` until it is deleted.
 */

import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { queues, routes } from '../shared/names.ts';
import { customers } from './cloud/seed.ts';
import { startStack } from './stack.ts';
import { connectionFile, startFolder } from './start-files.ts';

const defaultPort = 7071;

const { values } = parseArgs({ options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(`npm start [-- --port ${defaultPort}]

Starts the local Microsoft cloud, its storage and the app, and leaves them running until Ctrl-C. Uses nine ports in a
row, of which --port is the first. What happens is kept under .local/; delete that folder to begin anew.`);
  process.exit(0);
}

const port = values.port === undefined ? defaultPort : Number(values.port);
if (!Number.isInteger(port) || port < 1024 || port > 65_526) {
  console.error(`--port takes a number from 1024 to 65526, not "${values.port}".`);
  process.exit(2);
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
  writeFileSync(connectionFile, stack.storage.connectionString);
  console.log(welcome(stack.host.url, stack.viewerUrl, stack.host.keys.functions['createInvitation'] ?? ''));

  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    console.error('stopping: what is in flight is finished (Ctrl-C again to leave at once)');
    rmSync(connectionFile, { force: true });
    void stack.stop().then(() => process.exit(process.exitCode ?? 0));
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
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

function welcome(appUrl: string, viewerUrl: string, key: string): string {
  const { contoso } = customers;
  return `
tenantpost is running on this machine.

  mailboxes, mail, outcomes   ${viewerUrl}
  health                      ${appUrl}/api/${routes.health}

1. Invite a tenant (this prints a link), open the link in a browser, sign in as admin@${contoso.domain}, accept.
   Your browser warns of the local cloud's own certificate once; that is expected.

  curl -s -X POST ${appUrl}/api/${routes.invitations} -H 'x-functions-key: ${key}' -d '{"tenant":"${contoso.id}"}'

2. Queue a mail, in another terminal in this folder:

  npm run -s mail -- --from post@${contoso.domain} --to ada@customer.example --subject "Hello"

3. See it arrive: ${viewerUrl}

The queue is "${queues.mailGraph}". Ctrl-C stops everything; what happened is kept under .local/.
`;
}
