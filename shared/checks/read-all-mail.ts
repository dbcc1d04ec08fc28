/** Gates and poison of all tenants that have mail: several ranges of tenants at a time, until so much is read or time is up. */

import type { Clock } from '../clock.ts';
import { shards } from '../shard.ts';
import type { MailFigures, TenantMail } from './overview-sources.ts';

export interface ReadLimits {
  readonly tenants: number;
  readonly rowsOfTenant: number;
  readonly rows: number;
  readonly milliseconds: number;
}

export interface AllMail extends TenantMail {
  readonly tenants: number;
}

/** Ids are random, so the ranges hold about equally many; the table takes far more than so many requests at a time. */
const ranges = 8;

export async function readAllMail(figures: MailFigures, limits: ReadLimits, now: Clock): Promise<AllMail> {
  const until = now() + limits.milliseconds;
  const read: TenantMail[] = [];
  let rows = 0;
  let isWhole = true;
  const mayGoOn = (): boolean => read.length < limits.tenants && rows < limits.rows && now() < until;

  const walk = async (from: string, before: string | undefined): Promise<void> => {
    let tenant = await figures.after(from);
    while (tenant !== undefined && (before === undefined || tenant < before)) {
      if (!mayGoOn()) {
        isWhole = false;
        return;
      }
      const [mail, next] = await Promise.all([figures.read(tenant, limits.rowsOfTenant), figures.after(tenant)]);
      read.push(mail);
      rows += mail.gates.length + mail.failures.length;
      tenant = next;
    }
  };
  const all = shards(ranges);
  // The last one has no end: mail whose tenant cannot be read lies behind every id.
  await Promise.all(all.map(({ from, before, index }) => walk(from, index === ranges - 1 ? undefined : before)));

  return {
    tenants: read.length,
    gates: read.flatMap(({ gates }) => gates),
    failures: read.flatMap(({ failures }) => failures),
    complete: isWhole && read.every(({ complete }) => complete),
  };
}
