/** `npm run bench -- tokens`: what a hit costs, and what it takes to warm ten thousand tenants. */

import { loadavg } from 'node:os';
import { printTable } from '../../../local/table.ts';
import type { Figure } from './figure.ts';
import { sizes, type SubjectName } from './hit-messages.ts';
import { type Hits, measureHits } from './measure-hits.ts';
import { measureWarming, type Warming, type Warmings } from './measure-warming.ts';
import { progressOn } from './progress.ts';

export interface TokenBench extends Hits, Warmings {
  /** What else the machine did: processes that wanted a core, over a minute before and after (getloadavg). */
  readonly tokenLoad: { readonly before: number; readonly after: number };
}

export async function measureTokens(): Promise<TokenBench> {
  const progress = progressOn(process.stderr);
  const load = (): number => loadavg()[0] ?? 0;
  const before = load();
  const hits = await measureHits((line) => progress.say(line));
  const warmings = await measureWarming((line) => progress.say(line));
  progress.end();
  return { ...hits, ...warmings, tokenLoad: { before, after: load() } };
}

export function printTokens(measured: TokenBench): void {
  const { tokenHits, tokenHitRatio, tokenHitRatioOfMap, tokenHitVsMsal } = measured;
  const labels: Record<SubjectName, string> = {
    tenantpost: 'tenantpost',
    map: 'a bare Map',
    msal: '@azure/msal-node',
    identity: '@azure/identity',
  };
  const names = Object.keys(labels) as SubjectName[];
  console.log('\nA hit in nanoseconds, by tenants in the cache: median (least to most)\n');
  printTable(
    ['cache', ...sizes.map((tenants) => tenants.toLocaleString('en'))],
    names.map((name) => [labels[name], ...sizes.map((tenants) => figure(tokenHits[name][String(tenants)]))]),
  );
  console.log('\nMSAL and @azure/identity: one token asked for, the others put in by their serialisation.\n');
  printTable(
    ['ratio', 'median (least to most)', 'goal'],
    [
      ['10,000 tenants over 10', figure(tokenHitRatio), 'at most 1.2'],
      ["the same of a bare Map: the processor's caches", figure(tokenHitRatioOfMap), ''],
      ['MSAL over tenantpost, 2,000 tenants', figure(tokenHitVsMsal), 'at least 1,000'],
    ],
  );
  console.log('\nWarming 10,000 cold tenants\n');
  const { warm10k, warm10kBoth } = measured;
  const row = (what: string, of: (warming: Warming) => number, goal = ''): string[] => [
    what,
    ...[warm10k, warm10kBoth].map((warming) => of(warming).toLocaleString('en', { maximumFractionDigits: 1 })),
    goal,
  ];
  printTable(
    ['', 'Graph', 'Graph and Outlook', 'goal'],
    [
      row('tokens', ({ tokens }) => tokens),
      row('seconds', ({ seconds }) => seconds, 'at most 300'),
      row('of a core, seconds', ({ cpuSeconds }) => cpuSeconds),
      row('memory, MB', ({ rssMB }) => rssMB, 'at most 256'),
      row('vault sign calls', ({ signCalls }) => signCalls),
      row('token requests', ({ tokenRequests }) => tokenRequests),
      row('storage requests', ({ storageRequests }) => storageRequests),
      row('requests throttled', ({ throttled }) => throttled),
      row('runs of the timer', ({ runs }) => runs),
      row('the next run, seconds', ({ again }) => again.seconds),
      row('its token requests and sign calls', ({ again }) => again.tokenRequests + again.signCalls, '0'),
    ],
  );
}

function figure(found: Figure | undefined): string {
  if (found === undefined) return '';
  const [median, min, max] = [found.median, found.min, found.max].map((value) => value.toLocaleString('en'));
  return `${median} (${min} to ${max})`;
}
