/** A send queue, as those see it who put messages on it: the one where new jobs arrive, or the one of those that wait. */

export interface JobQueue {
  /**
   * Puts a message on the queue so that it appears after the delay: up to seven days, which is as long as a storage queue
   * hides one. A longer delay is cut to that, and who takes the message then puts it back again.
   *
   * @param text at most 64 KiB of UTF-8.
   */
  put(text: string, delayMilliseconds: number): Promise<void>;
}
