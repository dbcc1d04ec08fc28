/**
 * The connections of one mailbox in this process: never more than three, and never more than jobs are under way. Exchange
 * counts three of all processes together (https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements),
 * and whoever holds one without a job keeps it from another process whose job has its turn.
 */

import type { SmtpSession } from './smtp-session.ts';

const mostSessions = 3;

type Waiting = (session: SmtpSession | undefined) => void;

export class SmtpSessions {
  #places = 0;
  readonly #waiting = new Set<Waiting>();

  /** Whether nobody is here. */
  get isEmpty(): boolean {
    return this.#places === 0;
  }

  /**
   * Waits for a place.
   *
   * @returns the connection that another job has left there; none where one is to be opened.
   * @throws the signal's reason when it comes first.
   */
  async enter(signal: AbortSignal): Promise<SmtpSession | undefined> {
    signal.throwIfAborted();
    if (this.#places < mostSessions) {
      this.#places += 1;
      return undefined;
    }
    const turn = Promise.withResolvers<SmtpSession | undefined>();
    const late = (): void => turn.reject(signal.reason);
    this.#waiting.add(turn.resolve);
    signal.addEventListener('abort', late);
    try {
      return await turn.promise;
    } finally {
      this.#waiting.delete(turn.resolve);
      signal.removeEventListener('abort', late);
    }
  }

  /** @param session in order, for the job that waits next; it ends where none does. */
  leave(session: SmtpSession | undefined): void {
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#waiting.delete(next);
      return next(session);
    }
    this.#places -= 1;
    session?.quit();
  }
}
