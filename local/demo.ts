/**
 * `npm run demo`: the whole path on one machine. Two tenants consent, a third does not, the timer warms, five mail jobs are
 * queued, and what became of each is printed. Exits 0 only if every job ended as it should.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { queues } from '../shared/names.ts';
import { help, readArguments } from './arguments.ts';
import { customers } from './cloud/seed.ts';
import { demoJobs } from './demo-jobs.ts';
import { consent, invite, setUpSmtp, tenantState, tokensKept } from './onboarding.ts';
import { readOutcomes } from './outcomes.ts';
import { startStack, type Stack } from './stack.ts';
import { printTable } from './table.ts';
import { waitFor } from './wait.ts';

interface JobResult {
  id: string;
  tenant: string;
  outcome: string;
  code?: string;
}

const usage = `npm run demo [-- --json] [-- --verbose]

Runs the whole path on this machine: two tenants consent, the timer warms, mails are queued for Graph and SMTP, and delivered or
refused with their reason. Nothing outside of this machine is reached.

  --json     the last line of the output is one JSON object
  --verbose  also prints the lines of the function host`;

const values = readArguments(usage, () =>
  parseArgs({ options: { json: { type: 'boolean' }, verbose: { type: 'boolean' }, help } }),
);

const began = Date.now();
const say = (line: string): void => console.error(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`);

class Interrupted extends Error {
  override readonly message = 'It was interrupted.';
}

/** The exit code of a command that Ctrl-C ended, by the convention of shells: 128 and the signal's number. */
const interruptedCode = 130;
const interruption = Promise.withResolvers<never>();
// While the stack starts nobody is waiting for it yet.
interruption.promise.catch(() => {});
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupted) process.exit(interruptedCode);
    interrupted = true;
    say('stopping (Ctrl-C again to leave at once)');
    interruption.reject(new Interrupted());
  });
}

let folder: string | undefined;
try {
  folder = mkdtempSync(join(tmpdir(), 'tenantpost-demo-'));
  const stack = await startStack({
    folder,
    keepStorage: false,
    firstPort: 0,
    settings: { TENANTPOST_WARM_EVERY_SECONDS: '3', TENANTPOST_RESOURCES: 'graph,outlook' },
    onProgress: say,
    ...(values.verbose ? { onHostLine: (line: string) => console.error(line) } : {}),
  });
  try {
    process.exitCode = (await Promise.race([run(stack), interruption.promise])) ? 0 : 1;
  } finally {
    await stack.stop();
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`The demo stopped: ${message}`);
  if (values.json) {
    console.log(
      JSON.stringify({
        ok: false,
        tenants: [],
        jobs: [],
        tokenRequestsWhileSending: 0,
        seconds: secondsSoFar(),
        error: message,
      }),
    );
  }
  process.exitCode = 1;
} finally {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
// What `run` still waits for is gone with the stack; it must not hold up the end.
if (interrupted) process.exit(interruptedCode);

function secondsSoFar(): number {
  return Math.round((Date.now() - began) / 100) / 10;
}

async function run(stack: Stack): Promise<boolean> {
  await onboard(stack);
  const { results, times, tokenRequests } = await send(stack);
  const ok = report(stack, results, times, tokenRequests);
  if (values.json) {
    const seconds = secondsSoFar();
    const tenants = Object.values(customers).map(({ id, displayName }) => ({ id, name: displayName }));
    const states = await Promise.all(
      tenants.map(async (one) => ({ ...one, state: (await tenantState(stack, one.id)) ?? 'none' })),
    );
    console.log(
      JSON.stringify({ ok, tenants: states, jobs: results, tokenRequestsWhileSending: tokenRequests, seconds }),
    );
  }
  return ok;
}

/** Contoso's consent is effective at once; Fabrikam's takes some seconds to arrive, as it does in life. */
async function onboard(stack: Stack): Promise<void> {
  const { contoso, fabrikam, northwind } = customers;
  const { registrations } = stack.cloud.state;
  registrations[0]?.requiredAppRoles.push({ resource: 'https://outlook.office365.com', role: 'SMTP.SendAsApp' });
  await consentOf(stack, contoso);
  await waitFor('Contoso to be active', async () => (await tenantState(stack, contoso.id)) === 'active' || undefined);
  await setUpSmtp(stack, contoso);
  say('Contoso: the administrator ran the Exchange set-up for SMTP');
  stack.cloud.state.propagation = { enterpriseApp: 500, roles: 1500 };
  await consentOf(stack, fabrikam);
  say(`${northwind.displayName} does not consent`);
  await waitFor(
    'the timer to prove Fabrikam',
    async () => (await tenantState(stack, fabrikam.id)) === 'active' || undefined,
  );
  // A token for Graph and one for Outlook of each: what is asked for from now on would be asked by a mail.
  await waitFor('both tenants to be warm', async () => ((await tokensKept(stack)) === 4 ? true : undefined));
  say(`the timer proved ${fabrikam.displayName}; both tenants are warm`);
}

async function consentOf(
  stack: Stack,
  { id, displayName, domain }: (typeof customers)['contoso' | 'fabrikam'],
): Promise<void> {
  const { link } = await invite(stack, id);
  const page = await consent(link, `admin@${domain}`);
  say(
    `${displayName}: the administrator pressed Accept -> "${page.document.querySelector('h1')?.text}" (${await tenantState(stack, id)})`,
  );
}

async function send(
  stack: Stack,
): Promise<{ results: JobResult[]; times: Map<string, number>; tokenRequests: number }> {
  const sendingSince = Date.now();
  const sendQueues = { graph: stack.storage.queue(queues.mailGraph), smtp: stack.storage.queue(queues.mailSmtp) };
  for (const { transport, message } of demoJobs) await sendQueues[transport].sendMessage(message);
  say(`${demoJobs.length} mail jobs are on the queues ${queues.mailGraph} and ${queues.mailSmtp}`);

  const times = new Map<string, number>();
  const outcomes = await waitFor('every job to end', async () => {
    const found = await readOutcomes(stack.storage);
    const ended = found.filter(({ state }) => state !== 'sending' && state !== 'scheduled');
    for (const { id, updatedAt } of ended) times.set(id, updatedAt - sendingSince);
    return demoJobs.every(({ id }) => ended.some((one) => one.id === id)) ? ended : undefined;
  });
  const results = demoJobs.map(({ id }) => {
    const { tenantId, state, code } = outcomes.find((one) => one.id === id) ?? { tenantId: '', state: 'missing' };
    return { id, tenant: tenantId, outcome: state, ...(code === undefined ? {} : { code }) };
  });
  return { results, times, tokenRequests: stack.cloud.journal.count('entra', 'token', sendingSince) };
}

function report(stack: Stack, results: JobResult[], times: Map<string, number>, tokenRequests: number): boolean {
  const names = new Map<string, string>(Object.values(customers).map(({ id, displayName }) => [id, displayName]));
  let ok = tokenRequests === 0;
  const rows = results.map((result, place) => {
    const expected = demoJobs[place];
    const delivered = stack.cloud.state.messages.filter(({ subject }) => subject === expected?.subject).length;
    const asItShould =
      result.outcome === expected?.outcome && result.code === expected.code && delivered === expected.copies;
    ok &&= asItShould;
    return [
      expected?.what ?? '',
      names.get(result.tenant) ?? result.tenant,
      result.outcome,
      result.code ?? '',
      `${delivered}`,
      `${times.get(result.id) ?? '-'}`,
      asItShould ? 'yes' : 'NO',
    ];
  });
  console.log('');
  printTable(['mail job', 'tenant', 'outcome', 'code', 'copies', 'ms', 'as it should'], rows);
  console.log(`\ntoken requests while sending: ${tokenRequests}`);
  console.log(
    `${ok ? 'Every job ended as it should' : 'NOT every job ended as it should'}, after ${Math.round((Date.now() - began) / 1000)} s.`,
  );
  console.log('To look into mailboxes yourself: npm start.\n');
  return ok;
}
