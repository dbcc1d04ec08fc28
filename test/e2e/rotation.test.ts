/**
 * The rehearsal of docs/rotation.md: the built bundle changes its certificate under a running load of sends, on a cloud that
 * refuses every assertion which it should. Tokens live ten seconds, so that they are requested all the time.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { addCertificate, removeCertificate } from '../../local/cloud/entra/registered-certificates.ts';
import type { JournalEntry } from '../../local/cloud/journal.ts';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { addCertificateVersion } from '../../local/cloud/vault/add-certificate-version.ts';
import { readOutcomes } from '../../local/outcomes.ts';
import { waitFor as waitForSome } from '../../local/wait.ts';
import { tenantpost } from '../support/command.ts';
import { aMailJob } from '../support/mail-job.ts';
import { bringIn, copiesOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';

const refreshSeconds = 10;
/** Each wait is for what a quick machine does within a refresh period and the life of a token, and a busy one in its own time. */
const patience = 90_000;
const waitFor: typeof waitForSome = (what, ask) => waitForSome(what, ask, patience);
const tenants = Object.values(customers);
let stack: TestStack;

before(async () => {
  stack = await startTestStack({ TENANTPOST_CREDENTIAL_REFRESH_SECONDS: `${refreshSeconds}` });
});
after(async () => stack.stop());

/** Mail of every tenant in turn, twice a second, until it is stopped. */
function startLoad(): { readonly ids: readonly string[]; stop(): Promise<void> } {
  const ids: string[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const id = `load-${ids.length}`;
      const tenant = tenants[ids.length % tenants.length] ?? customers.contoso;
      // Two mailboxes each, to stay below the thirty mails a minute that Exchange Online takes from one.
      const from = `${ids.length % 2 === 0 ? 'post' : 'anna'}@${tenant.domain}`;
      ids.push(id);
      const to = ['ada@customer.example'];
      await queueMail(stack, aMailJob({ id, subject: id, tenant: tenant.id, from, to }));
      await sleep(500);
    }
  })();
  return {
    ids,
    stop: () => {
      stopped = true;
      return running;
    },
  };
}

/** Token requests of the app since a moment, oldest first. */
const tokenRequests = (since = 0): readonly JournalEntry[] =>
  stack.cloud.journal.find({ service: 'entra', operation: 'token', since });

const acceptedOf = (certificate: string, since: number): readonly JournalEntry[] =>
  tokenRequests(since).filter((entry) => entry.certificate === certificate && entry.status === 200);

/**
 * That a certificate was tried when the refresh period was over, by what came before it and not by how quick the machine is:
 * each tenant may have had a request under way then, one while the vault was read and one beside the trial.
 */
function assertTriedInTime(certificate: string, since: number): void {
  const rest = tokenRequests(since + refreshSeconds * 1000);
  const tried = tokenRequests(since).find((entry) => entry.certificate === certificate);
  assert.ok(tried);
  const before = rest.filter(({ at }) => at < tried.at);
  assert.ok(before.length <= 3 * tenants.length, `${before.length} requests after the period, before it was tried`);
}

const report = z.object({
  oldStillNeeded: z.boolean(),
  proofs: z.array(
    z.object({
      id: z.string(),
      registeredAs: z.string(),
      state: z.string(),
      mayBeRemoved: z.boolean(),
      removableFrom: z.string().nullable(),
    }),
  ),
});

/** What the operator's command says, as a process of its own, and its exit code. */
async function askCommand() {
  const key = stack.host.keys.functions['credential'] ?? '';
  const { code, stdout, stderr } = await tenantpost(['credential', '--url', stack.host.url, '--json'], {
    TPCLI_KEY: key,
  });
  assert.equal(stderr, '');
  return { code, ...report.parse(JSON.parse(stdout)) };
}

const healthReport = z.object({ checks: z.array(z.object({ name: z.string(), hint: z.string().optional() })) });

async function hintOfHealth(): Promise<string | undefined> {
  const { checks } = healthReport.parse(await (await fetch(`${stack.host.url}/api/health`)).json());
  return checks.find(({ name }) => name === 'credential')?.hint;
}

const logged = (event: string): readonly string[] => stack.lines.filter((line) => line.includes(`"event":"${event}"`));

/** Prints the journal: each change of certificate or answer, with how often it came in a row. */
function printJournal(t: TestContext, names: ReadonlyMap<string, string>, from: number): void {
  const rows: { text: string; at: number; times: number }[] = [];
  for (const { at, certificate = '', status, code = 'accepted' } of tokenRequests(from)) {
    const text = `${names.get(certificate) ?? certificate} certificate ${certificate.slice(0, 8)}: ${status} ${code}`;
    const last = rows.at(-1);
    if (last?.text === text) last.times += 1;
    else rows.push({ text, at, times: 1 });
  }
  for (const { text, at, times } of rows) t.diagnostic(`${((at - from) / 1000).toFixed(1)} s  ${text} (${times})`);
}

test('a certificate is replaced under a running load: no send fails, and every step stands in the journal', async (t) => {
  const { state } = stack.cloud;
  const [registration] = state.registrations;
  const [registered] = registration?.certificates ?? [];
  assert.ok(registration && registered);
  const old = registered.thumbprint;
  state.tokenLifetimeSeconds = { min: 10, max: 12 };
  for (const tenant of tenants) await bringIn(stack, tenant);
  const began = Date.now();
  const load = startLoad();
  t.after(() => load.stop());
  const step = (what: string): void => t.diagnostic(`${((Date.now() - began) / 1000).toFixed(1)} s  -- ${what}`);

  step('before: the only certificate is in use');
  await waitFor('the old certificate to be used', () => acceptedOf(old, began).length > 0 || undefined);
  const atFirst = await askCommand();
  assert.deepEqual([atFirst.code, atFirst.proofs.map(({ id, state: is }) => [id, is])], [0, [[old, 'in-use']]]);

  step('a new version is in the vault, and not registered');
  const madeAt = Date.now();
  const version = await addCertificateVersion(state, { name: vendor.certificateName });
  const next = createHash('sha256').update(Buffer.from(version.der, 'base64')).digest('base64url');
  const names = new Map([
    [old, 'old'],
    [next, 'next'],
  ]);
  const refusal = await waitFor('Entra to refuse the new version', () =>
    tokenRequests(madeAt).find(({ certificate }) => certificate === next),
  );
  assert.deepEqual([refusal.status, refusal.code], [401, 'AADSTS700027']);
  assertTriedInTime(next, madeAt);
  await waitFor('tokens by the old certificate all the same', () =>
    acceptedOf(old, refusal.at).length >= tenants.length ? true : undefined,
  );
  const between = await askCommand();
  assert.deepEqual(
    [between.code, between.oldStillNeeded, between.proofs.map(({ id, state: is }) => [id, is])],
    [
      3,
      true,
      [
        [next, 'next'],
        [old, 'in-use'],
      ],
    ],
  );
  assert.match((await hintOfHealth()) ?? '', /A newer certificate is known that Entra has not accepted yet/);
  const notRegistered = await waitFor('the log to say so', () => logged('credential.not-registered')[0]);
  assert.ok(notRegistered.includes(next) && notRegistered.includes('700027'), notRegistered);

  step('its public part is registered');
  const registeredAt = Date.now();
  addCertificate(registration, version.der);
  const acceptance = await waitFor('the new version to be used', () => acceptedOf(next, registeredAt)[0]);
  assertTriedInTime(next, registeredAt);
  await waitFor('the log to say so', () => logged('credential.changed').length > 0 || undefined);
  await waitFor('all tokens by the new version', () =>
    new Set(acceptedOf(next, registeredAt).map(({ tenantId }) => tenantId)).size === tenants.length ? true : undefined,
  );
  // Uses are noted beside the requests.
  const afterwards = await waitFor('the record to have its use', async () => {
    const asked = await askCommand();
    return asked.proofs[0]?.state === 'in-use' ? asked : undefined;
  });
  // Whether the old one may go is a matter of half an hour; until then the command says when.
  assert.equal(afterwards.code, 3);
  const [newest, former] = afterwards.proofs;
  assert.deepEqual([newest?.id, newest?.state, former?.id, former?.mayBeRemoved], [next, 'in-use', old, false]);
  const waits = Date.parse(former?.removableFrom ?? '') - acceptance.at;
  assert.ok(waits > 20 * 60_000 && waits < 30 * 60_000, `${waits} ms after the first use`);
  assert.equal(
    former?.registeredAs,
    createHash('sha1').update(Buffer.from(registered.der, 'base64')).digest('hex').toUpperCase(),
  );
  await waitFor('health to have no hint any more', async () => (await hintOfHealth()) === undefined || undefined);

  step('the old one is taken out of the registration');
  const removedAt = Date.now();
  assert.ok(removeCertificate(registration, old));
  await waitFor('every tenant to have had tokens since', () =>
    tenants.every(({ id }) => acceptedOf(next, removedAt).filter(({ tenantId }) => tenantId === id).length >= 3)
      ? true
      : undefined,
  );

  step('the load ends');
  await load.stop();
  const outcomes = await waitFor('every mail to have ended', async () => {
    const found = (await readOutcomes(stack.storage)).filter(({ id }) => id.startsWith('load-'));
    const ended = found.filter(({ state: is }) => is !== 'sending' && is !== 'scheduled');
    return ended.length === load.ids.length ? ended : undefined;
  });
  assert.deepEqual(
    outcomes.filter(({ state: is }) => is !== 'sent'),
    [],
  );
  for (const id of load.ids) assert.equal(copiesOf(stack, id).length, 2, `${id}: in Sent Items and in the inbox`);

  const refused = tokenRequests(began).filter(({ status }) => status !== 200);
  assert.deepEqual(
    new Set(refused.map(({ certificate, code }) => `${code} ${certificate}`)),
    new Set([`AADSTS700027 ${next}`]),
  );
  const periods = Math.ceil((registeredAt - madeAt) / (refreshSeconds * 1000)) + 1;
  assert.ok(refused.length <= periods, `${refused.length} refused requests in ${periods} refresh periods`);
  assert.deepEqual(logged('credential.use-not-noted'), []);

  printJournal(t, names, began);
  t.diagnostic(
    `${load.ids.length} mails sent, 0 failed; ${tokenRequests(began).length} token requests, ${refused.length} refused`,
  );
});
