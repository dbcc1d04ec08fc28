/** One kind of cache in a process of its own, filled at every size, that measures whichever size it is told. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bareMap } from './bare-map.ts';
import type { FilledCache, HitSubject } from './hit-subject.ts';
import { type FromHitProcess, sizes, type SubjectName, toHitProcess } from './hit-messages.ts';
import { identity } from './identity.ts';
import { msal } from './msal.ts';
import { ours } from './ours.ts';
import { shuffled } from './shuffled.ts';

const subjects: Record<SubjectName, HitSubject> = { tenantpost: ours, map: bareMap, msal, identity };

/**
 * So many tenant ids are asked for in turn at every size, each a text of its own as a mail job brings it: what it costs to
 * read them out of memory is the same among ten tenants and ten thousand.
 */
const inTurn = 10_000;

interface Filled {
  readonly tenants: number;
  readonly cache: FilledCache;
  /** Whom to ask for, in turn. */
  readonly asks: readonly string[];
}

const say = (message: FromHitProcess): unknown => process.send?.(message);

async function fill(subject: HitSubject, tenants: number): Promise<Filled> {
  const ids = Array.from({ length: tenants }, () => crypto.randomUUID());
  const cache = await subject.fill(ids);
  await requireTokenOf(cache, ids.at(-1) ?? '');
  const turns = shuffled(Array.from({ length: inTurn / tenants }, () => ids).flat());
  // Through text and back: none may be the very string that the cache was filled with.
  const asks = (JSON.parse(JSON.stringify(turns)) as unknown[]).map(String);
  return { tenants, cache, asks };
}

async function requireTokenOf(cache: FilledCache, tenantId: string): Promise<void> {
  const token = cache.tokenOf(await cache.hit(tenantId));
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  if (!claims.includes(`"tid":"${tenantId}"`)) throw new Error('A cache answers with the token of another tenant.');
  if (token.length < 1500 || token.length > 2000) throw new Error(`A token is of ${token.length} characters.`);
}

/** @returns nanoseconds of a hit. */
async function measure({ label, hits }: HitSubject, filled: Filled): Promise<number> {
  const { requests } = filled.cache;
  const wanted = hits(filled.tenants);
  collectGarbage();
  // Code that was not used for a while is no longer compiled, and what was collected is far from the processor.
  await hitAll(filled, Math.min(wanted, inTurn));
  const before = requests();
  const nanoseconds = await hitAll(filled, wanted);
  if (requests() !== before) throw new Error(`${label} asked for a token in place of a hit.`);
  return nanoseconds;
}

async function hitAll({ cache: { hit }, asks }: Filled, wanted: number): Promise<number> {
  // A measurement with few hits begins somewhere else each time.
  let place = Math.floor(Math.random() * inTurn);
  const began = performance.now();
  for (let left = wanted; left > 0; left -= 1) {
    await hit(asks[place] ?? '');
    place = place + 1 === inTurn ? 0 : place + 1;
  }
  return ((performance.now() - began) * 1e6) / wanted;
}

/** What the measurement before has left behind must not be swept during this one. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const { subject: name } = toHitProcess.parse({ subject: process.argv[2] });
if (name === undefined) throw new Error('Which cache is to be measured?');
const subject = subjects[name];
const bySize = new Map<number, Filled>();
for (const tenants of sizes) {
  say({ filling: tenants, label: subject.label });
  bySize.set(tenants, await fill(subject, tenants));
}
process.on('message', (message) => {
  const { tenants } = toHitProcess.parse(message);
  const filled = bySize.get(tenants ?? 0);
  if (filled === undefined) throw new Error('That size was not filled.');
  void measure(subject, filled).then((nanoseconds) => say({ nanoseconds }));
});
process.once('disconnect', () => process.exit(0));
say({ filled: true });
