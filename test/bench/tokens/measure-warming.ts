/**
 * What it takes to warm an installation of ten thousand tenants that has no token yet: the timer's runs in a process of
 * its own, against a cloud in another, with the vault's documented limits.
 */

import { HelperProcess } from './helper-process.ts';
import {
  type Counted,
  type FromWarmCloud,
  fromWarmCloud,
  type FromWarmProcess,
  fromWarmProcess,
} from './warm-messages.ts';

export interface Warming extends Counted {
  /** Until every token is there. */
  readonly seconds: number;
  /** In how many runs of the timer. */
  readonly runs: number;
  /** Tokens that a run could not get, and a later one did. */
  readonly failed: number;
  readonly tokens: number;
  /** The most memory that the warming process had. */
  readonly rssMB: number;
  readonly cpuSeconds: number;
  /** A further run, when all is warm. */
  readonly again: Counted & { readonly seconds: number };
}

export interface Warmings {
  readonly warm10k: Warming;
  readonly warm10kBoth: Warming;
}

type Cloud = HelperProcess<FromWarmCloud>;

const mostRuns = 5;

/**
 * What V8 allows itself on the smallest instance of a Flex Consumption plan, of 512 MB: half of it for what is old, and a
 * sixty-fourth of that for each half of what is new. On a machine with more it leaves garbage lying longer.
 */
const smallInstance = { NODE_OPTIONS: '--max-old-space-size=256 --max-semi-space-size=4' };

const nothing: Counted = { signCalls: 0, tokenRequests: 0, storageRequests: 0, throttled: 0 };

/** @param say told what is being done, in one line. */
export async function measureWarming(say: (line: string) => void): Promise<Warmings> {
  const cloud = new HelperProcess(fromWarmCloud, { file: 'tokens/warm-cloud-process.ts' });
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
  const environment = { ...settings, ...smallInstance };
  const app = new HelperProcess(fromWarmProcess, { file: 'tokens/warm-process.ts', environment });
  try {
    await app.next();
    await counted(cloud);
    const spent = { seconds: 0, cpuSeconds: 0, runs: 0, failed: 0 };
    let asked = nothing;
    for (let isWarm = false; !isWarm;) {
      const { seconds, cpuSeconds, report } = await run(app, cloud, (found) => {
        asked = plus(asked, found);
        say(`${asked.tokenRequests} of ${tokens} tokens`);
      });
      spent.seconds += seconds;
      spent.cpuSeconds += cpuSeconds;
      spent.runs += 1;
      spent.failed += report.failed;
      isWarm = report.left + report.failed === 0;
      if (!isWarm && spent.runs === mostRuns) throw new Error(`Not warm after ${mostRuns} runs.`);
    }
    let askedAgain = nothing;
    const last = await run(app, cloud, (found) => (askedAgain = plus(askedAgain, found)));
    if (last.report.warm !== tokens) throw new Error(`Only ${last.report.warm} of ${tokens} tokens are warm.`);
    return {
      ...spent,
      ...asked,
      tokens,
      rssMB: Math.round(last.rssMB),
      again: { seconds: last.seconds, ...askedAgain },
    };
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
