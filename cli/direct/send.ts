/** One mail straight from here to Microsoft, by the carriers of the deployed app: no queue, no gate, no outcome kept. */

import { GraphCarrier } from '../../shared/adapters/graph/graph-carrier.ts';
import { SmtpCarrier } from '../../shared/adapters/smtp/smtp-carrier.ts';
import { TenantpostError } from '../../shared/errors.ts';
import type { Carrier } from '../../shared/mail/carrier.ts';
import { type ContentStore, heldContent } from '../../shared/mail/job/content-store.ts';
import { loadContent } from '../../shared/mail/job/load-content.ts';
import { parseMailJob } from '../../shared/mail/job/mail-job.ts';
import { UsageError } from '../failure.ts';
import { type Keep, sha256Of, type WrittenJob } from '../mail/written-job.ts';
import type { App } from './app.ts';
import type { Endpoints } from './endpoints.ts';

/** What is too large for a job stays in this process, under the name that the job has for it. */
export class HeldContents {
  readonly #held = new Map<string, Buffer>();

  readonly keep: Keep = (octets) => {
    const sha256 = sha256Of(octets);
    const blob = `jobs/${sha256}`;
    this.#held.set(blob, octets);
    return Promise.resolve({ blob, sha256, bytes: octets.length });
  };

  readonly open: ContentStore['open'] = ({ blob, sha256 }) => {
    const octets = this.#held.get(blob);
    if (octets !== undefined && sha256Of(octets) === sha256) return Promise.resolve(heldContent(octets));
    return Promise.reject(new TenantpostError('CONTENT_MISSING', 'Without the app a mail job can name no blob.'));
  };
}

export type Transport = 'graph' | 'smtp';

interface Direct {
  readonly app: App;
  readonly endpoints: Endpoints;
  readonly transport: Transport;
  readonly contents: HeldContents;
  /** Asked no more once the mail is under way: from there on only the answer tells whether it left. */
  readonly signal: AbortSignal;
  readonly onUnderWay: () => void;
}

/**
 * @returns Graph's `request-id`, where there is one.
 * @throws TenantpostError, UsageError, or the reason of the signal.
 */
export async function sendDirectly({ value }: WrittenJob, direct: Direct): Promise<string | undefined> {
  const { app, contents, signal, onUnderWay } = direct;
  const { job } = parseMailJob(value);
  const { notBefore, expiresAt } = job;
  if (notBefore !== undefined || expiresAt !== undefined) {
    throw new UsageError('A mail that is sent at once has no notBefore and no expiresAt: nobody is there to wait.');
  }
  const mail = await loadContent(job, contents);
  const carrier = carrierOf(direct);
  const token = await app.token(job.tenant, carrier.resource, signal);
  signal.throwIfAborted();
  onUnderWay();
  const receipt = await carrier.send({ mail, token, progress: undefined, record: () => Promise.resolve() });
  return receipt.requestId;
}

function carrierOf({ transport, endpoints: { cloud, graphUrl, smtpHost } }: Direct): Carrier {
  if (transport === 'smtp') {
    if (smtpHost === undefined) throw new UsageError(`--cloud ${cloud} needs --smtp-host.`);
    return new SmtpCarrier(smtpHost, Date.now);
  }
  if (graphUrl === undefined) throw new UsageError(`--cloud ${cloud} needs --graph-url.`);
  // The address of an upload is kept nowhere but in this process.
  const sealing = { seal: (text: string) => Promise.resolve(text), unseal: (text: string) => Promise.resolve(text) };
  return new GraphCarrier({ url: graphUrl, sealing });
}
