/** `npm start` and `npm run mail` as a user has them, on a folder of their own. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { endpointNames } from '../../local/cloud/urls.ts';
import { consent } from '../../local/onboarding.ts';
import { root } from '../../local/stack.ts';
import { trust } from '../../local/trust.ts';
import { waitFor } from '../../local/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantpost-start-'));
const elsewhere = mkdtempSync(join(tmpdir(), 'tenantpost-start-'));
const running = new Set<ChildProcess>();
after(() => {
  // Only what a failed test left; everything that they start ends with them.
  for (const child of running) child.kill('SIGKILL');
  for (const one of [folder, elsewhere]) rmSync(one, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcess;
  /** What it has printed until now. */
  readonly output: () => string;
  /** Its exit code, once it has ended and all that it printed is there. */
  readonly ended: Promise<number>;
}

function run(program: string, argv: string[], localFolder = folder): Program {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...argv], {
    cwd: root,
    env: { ...process.env, TENANTPOST_LOCAL_FOLDER: localFolder },
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return z.number().parse(code);
  });
  return { child, output: () => output, ended };
}

/** What `npm start` prints for people, read as they read it. */
interface Running extends Program {
  readonly portalUrl: string;
  /** Of the function that makes invitations. */
  readonly key: string;
}

async function start(port: number): Promise<Running> {
  const program = run('local/start.ts', ['--port', `${port}`]);
  const welcome = await Promise.race([
    waitFor(
      'the welcome',
      () => (program.output().includes('Ctrl-C stops everything') ? program.output() : undefined),
      120_000,
    ),
    program.ended.then((code) => assert.fail(`it ended with ${code}: ${program.output()}`)),
  ]);
  return {
    ...program,
    portalUrl: printed(welcome, /outcomes\s+(\S+)/),
    key: printed(welcome, /x-functions-key: (\S+)'/),
  };
}

function printed(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  assert.ok(found !== undefined, `${String(pattern)} is not in\n${text}`);
  return found;
}

async function stop({ child, ended, output }: Program): Promise<void> {
  child.kill('SIGTERM');
  assert.equal(await ended, 0, output());
}

const messageList = z.object({
  messages: z.array(z.object({ mailbox: z.string(), folder: z.string(), subject: z.string() })),
});

async function mailboxesWith(portalUrl: string, subject: string): Promise<string[]> {
  const { messages } = messageList.parse(await (await fetch(`${portalUrl}/api/messages`)).json());
  return messages.filter((one) => one.subject === subject).map((one) => `${one.folder} ${one.mailbox}`);
}

async function mailArrives(portalUrl: string, subject: string): Promise<void> {
  const mail = run('local/queue-mail.ts', ['--subject', subject]);
  assert.equal(await mail.ended, 0, mail.output());
  assert.match(mail.output(), /^queued mail job \S+ on mail-graph$/m);
  const found = await waitFor(`"${subject}" to arrive`, async () => {
    const mailboxes = await mailboxesWith(portalUrl, subject);
    return mailboxes.length >= 2 ? mailboxes : undefined;
  });
  assert.deepEqual(found.sort(), ['inbox ada@customer.example', 'sentitems post@contoso.example']);
}

/** The first of as many free ports in a row as the stack takes, below those that the system gives to anybody. */
async function freePortsInARow(): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all(
      Array.from({ length: 1 + endpointNames.length }, (_, place) => isFree(first + place)),
    );
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

test('--help names the variable that chooses the folder', async () => {
  const help = run('local/start.ts', ['--help']);
  assert.equal(await help.ended, 0);
  assert.match(help.output(), /TENANTPOST_LOCAL_FOLDER/);
});

test('without a running npm start no mail can be queued, and it is said what to do', async () => {
  const mail = run('local/queue-mail.ts', [], elsewhere);
  assert.equal(await mail.ended, 1);
  assert.match(mail.output(), /Run npm start first/);
});

test('consent by the printed link and mail by the printed command work, and outlive a restart', async () => {
  const port = await freePortsInARow();
  const first = await start(port);
  trust(readFileSync(join(folder, 'cloud', 'ca.pem'), 'utf8'));
  const link = printed(first.output(), /Contoso: (\S+)/);
  const page = await consent(link, 'admin@contoso.example');
  assert.equal(page.status, 200);
  await mailArrives(first.portalUrl, 'before the restart');

  const same = run('local/start.ts', ['--port', `${await freePortsInARow()}`]);
  assert.equal(await same.ended, 1);
  assert.equal(
    same.output().trim(),
    `npm start is running already, as process ${first.child.pid}. Stop that one first; both would use ${folder}.`,
  );
  const samePort = run('local/start.ts', ['--port', `${port}`], elsewhere);
  assert.equal(await samePort.ended, 1);
  assert.match(
    samePort.output(),
    new RegExp(
      `Port ${port + 1}, wanted for entra, is taken\\. Stop what listens there, or choose another with --port`,
    ),
  );
  // Neither of the two has disturbed it.
  await stop(first);

  const second = await start(port);
  assert.match(second.output(), /Contoso has consented\./);
  assert.equal(second.key, first.key);
  assert.equal((await mailboxesWith(second.portalUrl, 'before the restart')).length, 2);
  await mailArrives(second.portalUrl, 'after the restart');
  await stop(second);
});
