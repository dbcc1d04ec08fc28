/** Finds out why a tenant's mail does not leave: from the outside in, and no further than it can know. */

import { readPart } from '../request-parts.ts';
import { chain } from './chain.ts';
import { checkRequest } from './check-request.ts';
import { skipped } from './conclude.ts';
import { Examination, type Ports } from './examination.ts';
import type { CheckReport, CheckRequest, Finding } from './finding.ts';
import { dated } from './history.ts';
import type { Log } from '../log.ts';
import type { CheckHistory } from './ports.ts';

export interface DoctorOptions extends Ports {
  readonly history: CheckHistory;
  readonly log: Log;
}

export class Doctor {
  readonly #with: DoctorOptions;

  constructor(options: DoctorOptions) {
    this.#with = options;
  }

  /**
   * Never throws for what it finds: whatever is wrong is a finding. It changes nothing in the tenant, unless `sendTo` asks for
   * a message.
   *
   * @throws TenantpostError `REQUEST_INVALID` for what is neither a tenant nor a mail address.
   */
  async run(request: CheckRequest): Promise<CheckReport> {
    const { now, log } = this.#with;
    const asked = readPart(checkRequest, request, 'The request');
    const mailbox = asked.mailbox?.toLowerCase();
    const examination = new Examination(this.#with, { ...asked, mailbox });
    await examination.run();
    const { tenantId, findings } = examination;
    const checkedAt = now();
    const all = chain.map(({ check }) => findings.get(check) ?? skipped(check, examination.whyNot(check)));
    const reported = await this.#dated(examination.isServed ? tenantId : undefined, mailbox, all, checkedAt);
    const cause = causeOf(reported);
    log('information', 'doctor.ran', {
      tenantId,
      verdict: cause?.state ?? 'ok',
      check: cause?.check,
      code: cause?.code,
    });
    return {
      tenant: tenantId ?? asked.tenant,
      mailbox: mailbox ?? null,
      checkedAt: new Date(checkedAt).toISOString(),
      verdict: cause === undefined ? 'ok' : cause.state === 'failed' ? 'failed' : 'warning',
      cause: cause ?? null,
      findings: reported,
    };
  }

  /** Without storage nobody knows since when; the finding about storage says so. @param tenantId of a tenant that is served. */
  async #dated(
    tenantId: string | undefined,
    mailbox: string | undefined,
    findings: readonly Finding[],
    at: number,
  ): Promise<readonly Finding[]> {
    const { history, wait } = this.#with;
    if (tenantId === undefined) return findings;
    const late = wait(historyWithin).then(() => {
      throw new Error('The history came too late.');
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([this.#noted(history, tenantId, mailbox, findings, at), late]);
    } catch {
      return findings;
    }
  }

  async #noted(
    history: CheckHistory,
    tenantId: string,
    mailbox: string | undefined,
    findings: readonly Finding[],
    at: number,
  ): Promise<readonly Finding[]> {
    const { findings: since, change } = dated(findings, mailbox, await history.read(tenantId), at);
    await history.write(tenantId, change);
    return since;
  }
}

const historyWithin = 5_000;

/** The first that keeps mail from leaving; where nothing does, the first that soon will. */
function causeOf(findings: readonly Finding[]): Finding | undefined {
  return findings.find(({ state }) => state === 'failed') ?? findings.find(({ state }) => state === 'warning');
}
