/** The use cases behind the HTTP API, each with the ports that it needs. */

import type { Clock } from '../../clock.ts';
import { TenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { DeliverySettings, TenantStore } from '../../tenants/tenant.ts';
import { CancelJob } from './cancel-job.ts';
import type { ContentStore } from '../job/content-store.ts';
import type { Events } from '../events.ts';
import type { Limits } from '../gate/gate-state.ts';
import { ListPoison, type MailTenants } from './list-poison.ts';
import type { Measuring } from '../sending/measure-end.ts';
import type { MailStore, OutcomeQuery, Page } from '../mail-store.ts';
import type { MailboxGate } from '../gate/mailbox-gate.ts';
import { Mailboxes } from './mailboxes.ts';
import type { Outcome } from '../outcome.ts';
import { ReplayJob } from './replay-job.ts';
import type { SendQueues } from './send-queues.ts';
import { SubmitJobs } from './submit-jobs.ts';

export interface MailApiDependencies extends Measuring {
  readonly store: MailStore;
  readonly queues: SendQueues;
  readonly content: Pick<ContentStore, 'put'>;
  readonly gate: MailboxGate;
  readonly limits: Limits;
  readonly mailTenants: MailTenants;
  readonly tenants: Pick<TenantStore, 'setDelivery'>;
  readonly events: Events;
  readonly now: Clock;
  readonly log: Log;
  /** The only tenant whose mail is taken, when the registration is single-tenant. */
  readonly singleTenantId?: string | undefined;
}

export class MailApi {
  readonly submitJobs: SubmitJobs;
  readonly cancelJob: CancelJob;
  readonly replayJob: ReplayJob;
  readonly listPoison: ListPoison;
  readonly mailboxes: Mailboxes;
  readonly content: Pick<ContentStore, 'put'>;
  readonly #with: MailApiDependencies;

  constructor(dependencies: MailApiDependencies) {
    this.#with = dependencies;
    this.submitJobs = new SubmitJobs(dependencies);
    this.cancelJob = new CancelJob(dependencies);
    this.replayJob = new ReplayJob(dependencies);
    this.listPoison = new ListPoison({ store: dependencies.store, tenants: dependencies.mailTenants });
    this.mailboxes = new Mailboxes(dependencies);
    this.content = dependencies.content;
  }

  /** @throws TenantpostError `JOB_NOT_FOUND` */
  async read(tenantId: string, id: string): Promise<Outcome> {
    const stored = await this.#with.store.read(tenantId, id);
    if (stored) return stored.outcome;
    throw new TenantpostError('JOB_NOT_FOUND', 'There is no mail job of this id.', { detail: { tenantId, id } });
  }

  list(tenantId: string, query: OutcomeQuery): Promise<Page<Outcome>> {
    return this.#with.store.list(tenantId, query);
  }

  /** @throws TenantpostError `TENANT_NOT_CONSENTED` when there is no such tenant. */
  async setDelivery(tenantId: string, settings: DeliverySettings): Promise<void> {
    if (!(await this.#with.tenants.setDelivery(tenantId, settings))) {
      throw new TenantpostError('TENANT_NOT_CONSENTED', `Tenant ${tenantId} has not consented.`, {
        detail: { field: '/tenant', expected: 'a tenant that consented' },
      });
    }
    this.#with.log('information', 'tenant.delivery', { tenantId, ...settings });
  }
}
