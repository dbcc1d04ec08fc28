/** Measures how full queues and poison are. A timer runs it: what stands still tells nobody of itself. */

import { type Clock, seconds } from '../clock.ts';
import { asTenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import { transportNames } from '../mail/outcome.ts';
import type { Metrics } from '../metrics.ts';
import type { MailFigures } from './overview-sources.ts';
import { readAllMail } from './read-all-mail.ts';

export interface QueueLook {
  readonly name: string;
  /** About how many, those that are hidden for a time included. */
  readonly messages: number;
  /** When the one that is next was put there, of those that are due: epoch milliseconds. */
  readonly oldestAt: number | undefined;
}

export interface QueueLooks {
  /** Without those that there are not yet. */
  read(): Promise<readonly QueueLook[]>;
}

interface Dependencies {
  readonly queues: QueueLooks;
  readonly mail: MailFigures;
  readonly metrics: Pick<Metrics, 'gauge'>;
  readonly now: Clock;
  readonly log: Log;
}

/** A look costs a request for each tenant that has mail, so many tenants are not all looked at. */
const mostRead = { tenants: 2000, rowsOfTenant: 1000, rows: 20_000, milliseconds: 8 * seconds };

export class FiguresWatch {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** Never throws: what could not be read now is read by the next run. */
  async run(): Promise<void> {
    await Promise.all([this.#try(() => this.#queues()), this.#try(() => this.#poison())]);
  }

  async #queues(): Promise<void> {
    const { queues, metrics, now } = this.#with;
    for (const { name, messages, oldestAt } of await queues.read()) {
      metrics.gauge('tenantpost.queue.messages', messages, { queue: name });
      const age = oldestAt === undefined ? 0 : Math.max(0, now() - oldestAt) / seconds;
      metrics.gauge('tenantpost.queue.oldest_seconds', age, { queue: name });
    }
  }

  async #poison(): Promise<void> {
    const { mail, metrics, now } = this.#with;
    const { failures } = await readAllMail(mail, mostRead, now);
    for (const transport of transportNames) {
      const count = failures.filter((failure) => failure.transport === transport).length;
      metrics.gauge('tenantpost.poison.messages', count, { transport });
    }
  }

  async #try(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      const { code, detail } = asTenantpostError(error);
      this.#with.log('warning', 'figures.not-read', { ...detail, code });
    }
  }
}
