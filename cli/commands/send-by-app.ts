/** `tenantpost send` by the app: the mail job is submitted, and followed to its end if that is asked for. */

import { z } from 'zod';
import { routes } from '../../shared/names.ts';
import { outcome } from '../answers.ts';
import { Api, type ApiArguments, isMissing } from '../api.ts';
import { exitCodes } from '../exit-codes.ts';
import { CannotAskError, UsageError } from '../failure.ts';
import type { MailArguments } from '../mail/options.ts';
import { writtenJob } from '../mail/written-job.ts';
import { describeOutcome, exitCodeOf, hasEnded } from '../outcome.ts';
import { pause } from '../pause.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface Given extends MailArguments, ApiArguments {
  readonly transport: 'graph' | 'smtp';
  readonly wait: boolean;
  readonly timeout: number;
}

const taken = z.looseObject({ tenant: z.string(), id: z.string(), state: z.string(), transport: z.string() });
const kept = z.object({ blob: z.string(), sha256: z.string(), bytes: z.number() });

export async function sendByApp(given: Given, terminal: Terminal): Promise<number> {
  const api = new Api(given, terminal.signal);
  if (given.tenant !== undefined && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given.tenant)) {
    throw new UsageError(
      '--tenant: the tenant ID, a GUID: a mail job takes no domain, which can move to another tenant.',
    );
  }
  const job = await writtenJob(given, given.tenant, (octets) => {
    terminal.progress(`Uploading ${Math.ceil(octets.length / 1e6)} MB`);
    return api.ask({ method: 'POST', route: routes.mailContent, body: octets }, kept);
  });
  const again = `Run the same with --id ${job.id}: the same id is sent once.`;
  terminal.ifStopped(`Nobody knows whether the app took the mail. ${again}`);
  terminal.progress('Submitting');
  const answer = await submit(api, job.value, given.transport, again);
  if (!given.wait) {
    terminal.result(
      answer,
      `Taken as ${terminal.style.bold(answer.id)}; it is ${answer.state}. What becomes of it: tenantpost status ${answer.tenant} ${answer.id}`,
    );
    // The same id again: what became of it may be known by now.
    return hasEnded(answer) ? exitCodeOf(answer) : exitCodes.done;
  }
  terminal.ifStopped(`The app has the mail and goes on without you: tenantpost status ${answer.tenant} ${answer.id}`);
  return follow(api, answer, given.timeout, terminal);
}

async function submit(api: Api, body: object, transport: string, again: string) {
  try {
    return await api.ask({ method: 'POST', route: routes.mailJobs, query: [['transport', transport]], body }, taken);
  } catch (error) {
    if (!(error instanceof CannotAskError)) throw error;
    // A lost answer is no refusal.
    throw new CannotAskError({ ...error.problem, message: `${error.message} ${again}` }, { cause: error });
  }
}

async function follow(api: Api, { tenant, id }: { tenant: string; id: string }, seconds: number, terminal: Terminal) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const now = await api.ask({ route: routes.mailJob, path: { tenant, id } }, outcome).catch((error: unknown) => {
      if (isMissing(error, 'JOB_NOT_FOUND') && Date.now() <= until) return undefined;
      if (!(error instanceof CannotAskError)) throw error;
      // Whoever took this for a failed send would send it again, under another id.
      const has = `The app has the mail: tenantpost status ${tenant} ${id}`;
      throw new CannotAskError({ ...error.problem, message: `${error.message} ${has}` }, { cause: error });
    });
    if (now !== undefined && (hasEnded(now) || Date.now() > until)) {
      terminal.result(now, describeOutcome(now, terminal.style));
      return exitCodeOf(now);
    }
    const waits = now?.notBefore === undefined ? '' : `, next tried at ${now.notBefore}`;
    terminal.progress(`${id} is ${now?.state ?? 'not seen yet'}${waits}`);
    await pause(1_000, terminal.signal);
  }
}
