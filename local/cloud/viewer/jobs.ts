/** What became of the mail jobs, as the application recorded it. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import type { Html } from '../page.ts';
import { badge, empty, table, time, type Tone } from './fragments.ts';

export interface JobOutcome {
  id: string;
  tenantId: string;
  /** `sent`, `failed`, `unknown` ... */
  state: string;
  code?: string;
  /** What to do about it. */
  remedy?: string;
  tries: number;
  /** Epoch milliseconds. */
  updatedAt: number;
}

const tones: Readonly<Record<string, Tone>> = {
  sent: 'good',
  scheduled: 'wait',
  sending: 'wait',
  unknown: 'wait',
  refused: 'bad',
  failed: 'bad',
};

/** The page, also where the outcomes cannot be read. */
export async function readJobs(
  cloud: CloudContext,
  outcomes: () => Promise<JobOutcome[]>,
): Promise<{ body: Html; status: 200 | 503 }> {
  try {
    return { body: jobsPage(cloud, await outcomes()), status: 200 };
  } catch {
    const body = html`<h1>Mail jobs</h1>
      <p>The outcomes cannot be read now. The application's storage may not be running.</p>`;
    return { body, status: 503 };
  }
}

function jobsPage(cloud: CloudContext, outcomes: readonly JobOutcome[]): Html {
  const rows = outcomes
    .toSorted((a, b) => b.updatedAt - a.updatedAt)
    .map((outcome) => [
      html`<code>${outcome.id}</code>`,
      tenantName(cloud, outcome.tenantId),
      badge(outcome.state, tones[outcome.state] ?? 'plain'),
      outcome.code ? html`<code>${outcome.code}</code>` : '',
      outcome.remedy ?? '',
      outcome.tries,
      time(outcome.updatedAt),
    ]);
  const columns = ['Job', 'Tenant', 'Outcome', 'Code', 'Remedy', 'Tries', 'Last change'];
  return html`<h1>Mail jobs</h1>
    ${
      rows.length === 0
        ? empty('No job has an outcome yet. Put a mail job on the queue: npm run mail.')
        : table({ kind: 'jobs', caption: 'Mail jobs', columns, rows })
    }`;
}

function tenantName(cloud: CloudContext, tenantId: string): Html {
  const tenant = cloud.state.tenants.find(({ id }) => id === tenantId);
  return tenant ? html`<span title="${tenantId}">${tenant.displayName}</span>` : html`<code>${tenantId}</code>`;
}
