/**
 * An installation whose table somebody changes and whose Entra now and then answers for somebody else: several token sources
 * over one sealed table, and a record of every token that was really issued.
 */

import { TableTokenStore } from '../../shared/adapters/storage/table-token-store.ts';
import { minutes } from '../../shared/clock.ts';
import { TenantpostError } from '../../shared/errors.ts';
import { SharedRenewal } from '../../shared/tokens/shared-renewal.ts';
import type { Resource } from '../../shared/resource.ts';
import type { TokenExpectation } from '../../shared/tokens/token.ts';
import { type TokenIssuer, TokenSource, type TokenStore } from '../../shared/tokens/token-source.ts';
import { clientId } from './app-identity.ts';
import { settableClock } from './clock.ts';
import { MemoryRenewalClaims } from './memory-renewal-claims.ts';
import { MemoryTable, type Row } from './memory-table.ts';
import { recordingLog } from './recording-log.ts';
import { recordingMetrics } from './recording-metrics.ts';
import { RotatingDataKeys } from './rotating-data-keys.ts';
import { seededRandom } from './seeded-random.ts';
import { tokenSourceOptions } from './token-source.ts';
import { anExpectation, aToken, aTokenValueFor } from './unsigned-token.ts';

export interface Key {
  readonly tenantId: string;
  readonly resource: Resource;
}

/** What a token really is, whatever anybody says of it. */
interface Truth extends Key {
  /** Of our app, in our cloud. */
  readonly isOurs: boolean;
}

interface Options {
  readonly seed: number;
  readonly tenants: number;
  readonly processes: number;
  readonly mostHeld: number;
}

export const nameOf = ({ tenantId, resource }: Key): string => `${tenantId} ${resource}`;

const otherApp = '0a0a0a0a-0000-4000-8000-0000000000aa';
const ours = { cloud: 'public', authorityUrl: 'https://login.microsoftonline.com', clientId };
/** Other installations whose rows come by a copy of their table; the data key is the same, which is the worst case. */
const others = [
  [{ ...ours, clientId: otherApp }, (tid: string) => ({ tid, appid: otherApp })],
  [
    { ...ours, cloud: 'usgov', authorityUrl: 'https://login.microsoftonline.us' },
    (tid: string) => ({ tid, iss: `https://login.microsoftonline.us/${tid}/v2.0` }),
  ],
  [
    { ...ours, authorityUrl: 'https://login.microsoftonline.us' },
    (tid: string) => ({ tid, iss: `https://login.microsoftonline.us/${tid}/v2.0` }),
  ],
] as const;

export function aTokenWorld({ seed, tenants: tenantCount, processes: processCount, mostHeld }: Options) {
  const random = seededRandom(seed);
  const clock = settableClock();
  const tenants = Array.from({ length: tenantCount }, random.guid);
  const issued = new Map<string, Truth>();
  const table = new MemoryTable();
  const dataKeys = new RotatingDataKeys(3);
  const log = recordingLog();
  const metrics = recordingMetrics();
  const counts = {
    wrongAnswers: 0,
    failedAnswers: 0,
    wrongWritten: 0,
    sealedRead: 0,
    openedRead: 0,
    corruptedInMemory: 0,
    toOtherTenant: 0,
    toOtherResource: 0,
    ofOtherInstallation: 0,
    corrupted: 0,
    underOtherDataKey: 0,
    resealed: 0,
    replayed: 0,
  };

  let serial = 0;
  function issue(truth: Truth, claims: Record<string, unknown> = {}): string {
    const iat = Math.floor(clock.now() / 1000) - 300;
    const exp = iat + 300 + 60 * (60 + random.below(30));
    const value = aTokenValueFor(truth.tenantId, truth.resource, { iat, exp, jti: String((serial += 1)), ...claims });
    issued.set(value, truth);
    return value;
  }
  const otherThan = (tenantId: string): string => {
    const other = random.pick(tenants);
    return other === tenantId ? otherThan(tenantId) : other;
  };
  const turned = (resource: Resource): Resource => (resource === 'graph' ? 'outlook' : 'graph');

  let isOver = false;
  const issuer: TokenIssuer = {
    async request(tenantId, resource) {
      await new Promise(setImmediate);
      if (isOver || random.chance(0.01)) {
        counts.failedAnswers += 1;
        throw new TenantpostError('ENTRA_UNAVAILABLE', 'The test made Entra fail.');
      }
      if (!random.chance(0.02)) return issue({ tenantId, resource, isOurs: true });
      counts.wrongAnswers += 1;
      const [, claimsOf] = random.pick(others);
      return random.pick([
        () => issue({ tenantId: otherThan(tenantId), resource, isOurs: true }),
        () => issue({ tenantId, resource: turned(resource), isOurs: true }),
        () => issue({ tenantId, resource, isOurs: false }, claimsOf(tenantId)),
      ])();
    },
  };

  // What lies in the table and is not what its key says: never opened, or opened and seen to be wrong.
  const wrongRows = new WeakMap<Row, 'sealed' | 'opened'>();
  table.onRead = (row) => {
    const kind = wrongRows.get(row);
    if (kind === undefined) return;
    const { dataKey, sealed: text } = row;
    // What has its form, and was made with a data key that is kept no more, is nothing, right or wrong.
    if (typeof text === 'string' && !dataKeys.ids().includes(String(dataKey))) return;
    counts[kind === 'sealed' ? 'sealedRead' : 'openedRead'] += 1;
  };
  const written = new Map<string, Row[]>();
  const sealed = new TableTokenStore(table.client(), dataKeys, ours);
  const store: TokenStore = {
    read: (tenantId, resource) => sealed.read(tenantId, resource),
    remove: (tenantId, resource) => sealed.remove(tenantId, resource),
    async write(token) {
      const truth = issued.get(token.value);
      const isRight = truth?.isOurs === true && nameOf(truth) === nameOf(token);
      if (!isRight) counts.wrongWritten += 1;
      await sealed.write(token);
      const row = table.rows.get(nameOf(token));
      // Somebody may have been quicker with a row of his own.
      if (row !== undefined && !wrongRows.has(row)) {
        written.set(nameOf(token), [...(written.get(nameOf(token)) ?? []).slice(-3), row]);
      }
    },
  };

  /** Puts a row under a key, as whoever can write to the table would. */
  function put(key: Key, row: Row, kind: 'sealed' | 'opened' | undefined): void {
    const placed = { ...row, partitionKey: key.tenantId, rowKey: key.resource };
    if (kind !== undefined) wrongRows.set(placed, kind);
    table.rows.set(nameOf(key), placed);
  }
  /** A row that this installation wrote for the key, of late or earlier. */
  const rowOf = (key: Key): Row | undefined => {
    const rows = written.get(nameOf(key));
    return rows === undefined ? undefined : random.pick(rows);
  };
  /** A row as another store makes it. */
  async function made(by: TableTokenStore, from: MemoryTable, key: Key, value: string): Promise<Row> {
    const expiresAt = clock.now() + 60 * minutes;
    await by.write(aToken({ ...key, value, issuedAt: clock.now(), expiresAt }));
    const row = from.rows.get(nameOf(key));
    if (row === undefined) throw new Error('It was just written.');
    return row;
  }
  function moved(to: Key, from: Key, kind: 'toOtherTenant' | 'toOtherResource'): void {
    const row = rowOf(from);
    if (row === undefined) return;
    put(to, row, 'sealed');
    counts[kind] += 1;
  }

  const elsewhere = others.map(([installation, claimsOf]) => {
    const own = new MemoryTable();
    return { own, claimsOf, store: new TableTokenStore(own.client(), dataKeys, installation) };
  });
  const scratch = new MemoryTable();
  const insider = new TableTokenStore(scratch.client(), dataKeys, ours);

  type Attack = (tenantId: string, resource: Resource) => void | Promise<void>;
  const attacks: readonly Attack[] = [
    (tenantId, resource) => moved({ tenantId, resource }, { tenantId: otherThan(tenantId), resource }, 'toOtherTenant'),
    (tenantId, resource) => moved({ tenantId, resource }, { tenantId, resource: turned(resource) }, 'toOtherResource'),
    async (tenantId, resource) => {
      const { own, claimsOf, store: other } = random.pick(elsewhere);
      const value = issue({ tenantId, resource, isOurs: false }, claimsOf(tenantId));
      put({ tenantId, resource }, await made(other, own, { tenantId, resource }, value), 'sealed');
      counts.ofOtherInstallation += 1;
    },
    (tenantId, resource) => {
      const row = rowOf({ tenantId, resource });
      if (row === undefined) return;
      const bytes = Buffer.from(String(row['sealed']), 'base64');
      const at = random.below(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
      const { sealed: _left, ...rest } = row;
      put(
        { tenantId, resource },
        random.pick<Row>([
          { ...row, sealed: bytes.toString('base64') },
          { ...row, sealed: bytes.subarray(0, at).toString('base64') },
          { ...row, sealed: 'junk' },
          { ...row, sealed: 7 },
          rest,
        ]),
        'sealed',
      );
      counts.corrupted += 1;
    },
    (tenantId, resource) => {
      const row = rowOf({ tenantId, resource });
      const other = random.pick(dataKeys.ids());
      if (row === undefined || row['dataKey'] === other) return;
      put({ tenantId, resource }, { ...row, dataKey: other }, 'sealed');
      counts.underOtherDataKey += 1;
    },
    // Sealed as it should be, with a wrong token inside: a fault of the app itself, of this release or another.
    async (tenantId, resource) => {
      const [, claimsOf] = random.pick(others);
      const value = random.pick([
        () => issue({ tenantId: otherThan(tenantId), resource, isOurs: true }),
        () => issue({ tenantId, resource: turned(resource), isOurs: true }),
        () => issue({ tenantId, resource, isOurs: false }, claimsOf(tenantId)),
      ])();
      put({ tenantId, resource }, await made(insider, scratch, { tenantId, resource }, value), 'opened');
      counts.resealed += 1;
    },
    // An older row of the same key is no wrong one: used while it is valid, and not after.
    (tenantId, resource) => {
      const row = rowOf({ tenantId, resource });
      if (row === undefined) return;
      put({ tenantId, resource }, row, undefined);
      counts.replayed += 1;
    },
  ];

  const expect = (tenantId: string, resource: Resource): TokenExpectation => ({
    ...anExpectation(tenantId, resource),
    isForeignIssuer: (iss) => !iss.startsWith('https://sts.windows.net/'),
  });
  const claims = new MemoryRenewalClaims(clock.now);
  const renewal = new SharedRenewal({ claims, now: clock.now, log: log.log, wait: () => new Promise(setImmediate) });
  const options = tokenSourceOptions({ issuer, store, now: clock.now, log: log.log });
  const processes = Array.from(
    { length: processCount },
    () => new TokenSource({ ...options, renewal, expect, metrics, mostHeld }),
  );

  return {
    random,
    clock,
    tenants,
    issued,
    table,
    dataKeys,
    counts,
    attacks,
    processes,
    stopIssuing: (): void => void (isOver = true),
    sum: (what: string): number => metrics.sum(`tenantpost.tokens.${what}`),
    alarms() {
      const of = (origin: string) => log.lines.filter(({ event }) => event === `token.wrong-in-${origin}`);
      const isOpened = ({ detail }: { detail: Readonly<Record<string, unknown>> }): boolean =>
        detail['claims'] !== undefined;
      return {
        tableSealed: of('table').filter((line) => !isOpened(line)).length,
        tableOpened: of('table').filter(isOpened).length,
        entra: of('entra').length,
        memory: of('memory').length,
      };
    },
  };
}
