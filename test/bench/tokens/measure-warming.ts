/**
 * What it takes to warm an installation of ten thousand tenants that has no token yet: the timer's runs in a process of
 * its own, against a cloud in another, with the vault's documented limits.
 */

import { HelperProcess } from './helper-process.ts';
import { type Counted, type FromWarmCloud, fromWarmCloud, type FromWarmProcess, fromWarmProcess } from './warm-messages.ts';

export interface Warming {
  /** Until every token is there. */
  readonly seconds: number;
  /** In how many runs of the timer. */
  readonly runs: number;
  readonly tokens: number;
  /** The most memory that the warming process had. */
  readonly rssMB: number;
  readonly cpuSeconds: number;
  readonly signCalls: number;
  readonly tokenRequests: number;
  readonly storageRequests: number;
  readonly throttled: number;
  /** A further run, when all is warm. */
  readonly again: { readonly seconds: number } & Omit<Counted, 'throttled'>;
}

export interface Warmings {
  readonly warm10k: Warming;
  readonly warm10kBoth: Warming;
}

type Cloud = HelperProcess<FromWarmCloud>;

/** @param say told what is being done, in one line. */
export async function measureWarming(say: (line: string) => void): Promise<Warmings> {
  const cloud = new HelperProcess(fromWarmCloud, { file: 'warm-cloud-process.ts' });
  try {
    const settings = await settingsOf(cloud, say);
    const warm10k = await warmed(cloud, settings, 10_000, (line) => say(`warming Graph: ${line}`));
    await cloud.ask({ question: 'cool' });
    const both = { ...settings, TENANTPOST_RESOURCES: 'graph,outlook' };
    const warm10kBoth = await warmed(cloud, both, 20_000, (line) => say(`warming Graph and Outlook: ${line}`));
    return { warm10k, warm10kBoth };
  } finally {
    await cloud.end();
  }
}

async function settingsOf(cloud: Cloud, say: (line: string) => void): Promise<Record<string, string>> {
  say('warming: starting a cloud');
  for (;;) {
    const message = await cloud.next();
    if ('settings' in message) return message.settings;
    if ('seeded' in message) say(`warming: writing ${message.seeded} tenants`);
  }
}

async function warmed(
  cloud: Cloud,
  settings: Readonly<Record<string, string>>,
  tokens: number,
  say: (line: string) => void,
): Promise<Warming> {
  const app = new HelperProcess(fromWarmProcess, { file: 'warm-process.ts', environment: settings });
  try {
    await app.next();
    await counted(cloud);
    const total = { seconds: 0, cpuSeconds: 0, runs: 0, signCalls: 0, tokenRequests: 0, storageRequests: 0, throttled: 0 };
    const add = (found: Counted): void => {
      total.signCalls += found.signCalls;
      total.tokenRequests += found.tokenRequests;
      total.storageRequests += found.storageRequests;
      total.throttled += found.throttled;
      say(`${total.tokenRequests} of ${tokens} tokens`);
    };
    for (;;) {
      const { seconds, cpuSeconds, report } = await run(app, cloud, add);
      total.seconds += seconds;
      total.cpuSeconds += cpuSeconds;
      total.runs += 1;
      if (report.failed > 0) throw new Error(`${report.failed} tokens could not be had.`);
      if (report.left === 0) break;
    }
    let again: Counted = { signCalls: 0, tokenRequests: 0, storageRequests: 0, throttled: 0 };
    const last = await run(app, cloud, (found) => (again = plus(again, found)));
    if (last.report.warm !== tokens) throw new Error(`Only ${last.report.warm} of ${tokens} tokens are warm.`);
    const { throttled: _, ...asked } = again;
    return { ...total, tokens, rssMB: Math.round(last.rssMB), again: { seconds: last.seconds, ...asked } };
  } finally {
    await app.end();
  }
}

/** One run of the timer. The cloud's journal is read every second, as it keeps no more than the newest of its entries. */
async function run(app: HelperProcess<FromWarmProcess>, cloud: Cloud, add: (found: Counted) => void) {
  let answer: FromWarmProcess | undefined;
  const running = app.ask({ run: true }).then((message) => (answer = message));
  // Its failure is met below, and is no failure that nobody handles meanwhile.
  running.catch(() => undefined);
  while (answer === undefined) {
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 1000))]);
    add(await counted(cloud));
  }
  if ('ready' in answer) throw new Error('The process that warms said something else.');
  return answer;
}

async function counted(cloud: Cloud): Promise<Counted> {
  const answer = await cloud.ask({ question: 'count' });
  if (!('signCalls' in answer)) throw new Error('The cloud said something else.');
  return answer;
}

function plus(one: Counted, other: Counted): Counted {
  return {
    signCalls: one.signCalls + other.signCalls,
    tokenRequests: one.tokenRequests + other.tokenRequests,
    storageRequests: one.storageRequests + other.storageRequests,
    throttled: one.throttled + other.throttled,
  };
}
