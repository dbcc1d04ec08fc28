/** Something of everything that the console shows, written into the storage of a stack that runs. */

import { TableMailStore } from '../../shared/adapters/storage/table-mail-store.ts';
import { TableTenantStore } from '../../shared/adapters/storage/table-tenant-store.ts';
import { customers } from '../../local/cloud/seed.ts';
import type { Stack } from '../../local/stack.ts';
import { hours, minutes } from '../../shared/clock.ts';
import { type ErrorCode, errorMeanings } from '../../shared/errors.ts';
import { emptyGate, enter, type GateState, hold } from '../../shared/mail/gate/gate-state.ts';
import { countSent } from '../../shared/mail/gate/sent-count.ts';
import type { OutcomeState } from '../../shared/mail/outcome.ts';
import { tables } from '../../shared/names.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import { limits } from './gate.ts';
import { aPoisonEntry } from './mail-api.ts';
import { aMailJob } from './mail-job.ts';
import { anOutcome } from './outcome.ts';

const { contoso, fabrikam, northwind } = customers;

export function consoleKey(stack: Stack, name: string): string {
  const key = stack.host.keys.functions[name];
  if (key === undefined) throw new Error(`The host has no key of ${name}.`);
  return key;
}

/** A day's mail of a mailbox that has its busy hours. */
function busy(share: number, now: number): GateState {
  let gate = emptyGate;
  for (let at = now - 24 * hours; at <= now; at += 5 * minutes) {
    const mails = share * Math.max(0, 6 + 7 * Math.sin((at - now) / (4 * hours)));
    for (let count = 0; count < mails; count += 1) gate = countSent(gate, at);
  }
  return gate;
}

/** @param mark of the mail jobs' ids: another one adds to what there is. */
export async function fillConsole(stack: Stack, mark = 'invoice'): Promise<void> {
  const now = Date.now();
  const store = new TableMailStore(stack.storage.table(tables.mail));
  const fail = async (
    tenantId: string,
    id: string,
    code: ErrorCode,
    state: OutcomeState,
    age: number,
  ): Promise<void> => {
    const { remedy, owner, symptom } = errorMeanings[code];
    const reason = { code, message: symptom, remedy, owner };
    const text = JSON.stringify(aMailJob({ tenant: tenantId, id }));
    const entry = aPoisonEntry({ tenantId, id, at: now - age, state, reason, text });
    const at = { createdAt: now - age, updatedAt: now - age, endedAt: now - age };
    await store.commit(tenantId, [
      { kind: 'outcome', outcome: anOutcome({ tenantId, id, state, code, ...at, fingerprint: 'x' }) },
      { kind: 'poison', entry },
    ]);
  };
  for (let count = 1; count <= 6; count += 1) {
    await fail(contoso.id, `${mark}-${count}`, 'MAILBOX_NOT_FOUND', 'failed', count * hours);
  }
  await fail(contoso.id, `${mark}-newsletter-2026`, 'SEND_UNCONFIRMED', 'unknown', 7 * minutes);
  await fail(northwind.id, `${mark}-reminder`, 'TENANT_NOT_CONSENTED', 'refused', 40 * hours);
  if (mark !== 'invoice') return;

  const tenants = new TableTenantStore(stack.storage.table(tables.tenants), () => undefined);
  const rows: Tenant[] = [
    { id: contoso.id, state: 'active', since: now - 90 * 24 * hours, domain: contoso.domain, granted: ['Mail.Send'] },
    { id: northwind.id, state: 'degraded', since: now - 3 * hours, code: 'APP_BLOCKED', domain: northwind.domain },
    { id: fabrikam.id, state: 'pending', since: now - 20 * minutes },
  ];
  for (const row of rows) await tenants.replace(undefined, row);

  let paced = busy(1, now);
  for (let count = 0; count < 40; count += 1) {
    const ask = { transport: 'graph', bytes: 2000, recipients: 3, permitUntil: now + minutes } as const;
    paced = enter(paced, ask, now, limits).gate;
  }
  const reason = 'INC-4711: duplicate invoices';
  const gates: readonly [string, string, GateState][] = [
    [contoso.id, `billing@${contoso.domain}`, paced],
    [
      contoso.id,
      `post@${contoso.domain}`,
      hold(busy(0.4, now), { by: 'operator', since: now - hours, code: 'MAILBOX_HELD', reason }),
    ],
    [
      northwind.id,
      `a-rather-long-name-of-a-mailbox.for-notifications@subsidiary.${northwind.domain}`,
      hold(emptyGate, { by: 'service', since: now, until: now + 3 * hours, code: 'SEND_THROTTLED' }),
    ],
  ];
  for (const [tenantId, mailbox, gate] of gates) await store.commit(tenantId, [{ kind: 'gate', mailbox, gate }]);
  for (const [at, state] of (['sent', 'scheduled', 'sending', 'cancelled', 'sent'] as const).entries()) {
    const mailbox = `billing@${contoso.domain}`;
    const outcome = anOutcome({
      tenantId: contoso.id,
      id: `statement-${at}`,
      state,
      mailbox,
      updatedAt: now - at * minutes,
    });
    await store.commit(contoso.id, [{ kind: 'outcome', outcome }]);
  }
}
