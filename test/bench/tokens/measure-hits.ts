/**
 * How long a hit takes, by how many tenants a cache holds. Each kind of cache has a process of its own, so that the garbage
 * of one is not swept on another's time. All are filled first; then each is measured once at each size in every round,
 * one at a time and in an order that is shuffled anew, so that whatever else the machine does meets all of them alike.
 */

import { type Figure, figureOf } from './figure.ts';
import { HelperProcess } from './helper-process.ts';
import { type FromHitProcess, fromHitProcess, sizes, type SubjectName, subjectNames } from './hit-messages.ts';
import { shuffled } from './shuffled.ts';

const rounds = 9;

type HitProcess = HelperProcess<FromHitProcess>;
type BySize = Readonly<Record<string, Figure>>;

export interface Hits {
  /** Nanoseconds of a hit, by cache and by tenants held. */
  readonly tokenHits: Readonly<Record<SubjectName, BySize>>;
  /** Ours at 10,000 tenants over ours at 10. */
  readonly tokenHitRatio: Figure;
  /** The same of a bare Map: what the processor's caches do, which hold ten tokens and not ten thousand. */
  readonly tokenHitRatioOfMap: Figure;
  /** MSAL's at 2,000 tenants over ours at 2,000. */
  readonly tokenHitVsMsal: Figure;
}

interface Place {
  readonly name: SubjectName;
  readonly tenants: number;
  readonly process: HitProcess;
  readonly nanoseconds: number[];
}

/** @param say told what is being done, in one line. */
export async function measureHits(say: (line: string) => void): Promise<Hits> {
  const processes: HitProcess[] = [];
  const places: Place[] = [];
  try {
    for (const name of subjectNames) {
      const process = await started(name, say);
      processes.push(process);
      places.push(...sizes.map((tenants) => ({ name, tenants, process, nanoseconds: [] })));
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const [done, { name, process, tenants, nanoseconds }] of shuffled(places).entries()) {
        say(`hits: round ${round} of ${rounds}, ${done + 1} of ${places.length}`);
        const answer = await process.ask({ tenants });
        if (!('nanoseconds' in answer)) throw new Error(`${name} was not measured.`);
        nanoseconds.push(answer.nanoseconds);
      }
    }
  } finally {
    await Promise.all(processes.map((process) => process.end()));
  }
  return result(places);
}

function result(places: readonly Place[]): Hits {
  const of = (name: SubjectName, tenants: number): readonly number[] =>
    places.find((place) => place.name === name && place.tenants === tenants)?.nanoseconds ?? [];
  const ratio = (over: readonly number[], under: readonly number[]): Figure =>
    figureOf(over.map((value, round) => value / (under[round] ?? Number.NaN)));
  const bySize = (name: SubjectName): BySize =>
    Object.fromEntries(sizes.map((tenants) => [String(tenants), figureOf(of(name, tenants))]));
  return {
    tokenHits: {
      tenantpost: bySize('tenantpost'),
      map: bySize('map'),
      msal: bySize('msal'),
      identity: bySize('identity'),
    },
    tokenHitRatio: ratio(of('tenantpost', 10_000), of('tenantpost', 10)),
    tokenHitRatioOfMap: ratio(of('map', 10_000), of('map', 10)),
    tokenHitVsMsal: ratio(of('msal', 2000), of('tenantpost', 2000)),
  };
}

async function started(name: SubjectName, say: (line: string) => void): Promise<HitProcess> {
  const process = new HelperProcess(fromHitProcess, { file: 'tokens/hit-process.ts', argument: name });
  for (;;) {
    const message = await process.next();
    if ('filled' in message) return process;
    if ('filling' in message) say(`hits: filling ${message.label} with ${message.filling} tenants`);
  }
}
