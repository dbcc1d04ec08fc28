/**
 * A timer trigger: one run at a time, on one host at a time, never repeated after a failure
 * (https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer).
 */

import type { Logger } from './log.ts';
import type { SingletonLock } from './singleton-lock.ts';
import { sleep } from './sleep.ts';
import {
  initialStatus,
  resumedStatus,
  type ScheduleStatus,
  statusAfter,
  type TimerSchedule,
} from './timer-schedule.ts';
import { serializeStatus, type TimerStatusBlob } from './timer-status.ts';

/** setTimeout holds no more than 24 days, and the clock of a laptop that slept has jumped: look at it every minute. */
const longestSleep = 60_000;

/** What the handler gets; the library turns the first letter of each key into lower case. */
export interface TimerInfo {
  Schedule: { AdjustForDST: true };
  ScheduleStatus: ReturnType<typeof serializeStatus> | null;
  IsPastDue: boolean;
}

export interface TimerListenerOptions {
  schedule: TimerSchedule;
  /** Absent when the schedule is not monitored: then nothing is known of the time before this process. */
  statusBlob: TimerStatusBlob | undefined;
  lock: SingletonLock;
  runOnStartup: boolean;
  /**
   * Runs the function; its failure is logged there and changes nothing here. `stop` ends what it waits for between two
   * tries.
   */
  run: (info: TimerInfo, stop: AbortSignal) => Promise<unknown>;
  log: Logger;
}

export class TimerListener {
  readonly #schedule: TimerSchedule;
  readonly #statusBlob: TimerStatusBlob | undefined;
  readonly #lock: SingletonLock;
  readonly #runOnStartup: boolean;
  readonly #run: TimerListenerOptions['run'];
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #started = false;

  constructor({ schedule, statusBlob, lock, runOnStartup, run, log }: TimerListenerOptions) {
    this.#schedule = schedule;
    this.#statusBlob = statusBlob;
    this.#lock = lock;
    this.#runOnStartup = runOnStartup;
    this.#run = run;
    this.#log = log;
  }

  start(): void {
    this.#loop = this.#lock.whileHeld((end) => this.#keepTime(end), this.#stopping.signal);
  }

  /** Fires no more, and resolves when the run under way is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #keepTime(end: AbortSignal): Promise<void> {
    const now = new Date();
    let status = await this.#resume(now);
    if (end.aborted) return;
    const isPastDue = this.#statusBlob !== undefined && now > status.next;
    const runOnStartup = this.#runOnStartup && !this.#started;
    this.#started = true;
    if (isPastDue || runOnStartup) status = await this.#fire(status, { isPastDue, planned: undefined });
    while (!end.aborted) {
      await this.#until(status.next, end);
      if (end.aborted) return;
      status = await this.#fire(status, { isPastDue: false, planned: status.next });
    }
  }

  async #resume(now: Date): Promise<ScheduleStatus> {
    const kept = await this.#statusBlob?.read();
    const status = kept ? resumedStatus(kept, this.#schedule, now) : initialStatus(this.#schedule, now);
    if (status !== kept) await this.#statusBlob?.write(status);
    return status;
  }

  async #until(moment: Date, end: AbortSignal): Promise<void> {
    for (let left = moment.getTime() - Date.now(); left > 0 && !end.aborted; left = moment.getTime() - Date.now()) {
      await sleep(Math.min(left, longestSleep), end);
    }
  }

  async #fire(
    status: ScheduleStatus,
    { isPastDue, planned }: { isPastDue: boolean; planned: Date | undefined },
  ): Promise<ScheduleStatus> {
    const at = new Date();
    await this.#run(timerInfo(this.#statusBlob && status, isPastDue), this.#stopping.signal);
    const after = statusAfter(at, planned, this.#schedule);
    try {
      await this.#statusBlob?.write(after);
    } catch (error) {
      this.#log.error("The timer's status could not be written; a restart may run it again.", error);
    }
    return after;
  }
}

export function timerInfo(status: ScheduleStatus | undefined, isPastDue: boolean): TimerInfo {
  return {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: status ? serializeStatus(status) : null,
    IsPastDue: isPastDue,
  };
}
