/**
 * Which recipients of a message the server took. nodemailer sends to those that were taken when others were refused, and tells
 * of them only after the message has left; its transaction log, which is all that this keeps for a moment, tells in time.
 */
export class SmtpTranscript {
  #unanswered: string[] = [];
  #recipients: string[] = [];

  /** The replies to RCPT so far, in the order of the recipients. */
  get recipients(): readonly string[] {
    return this.#recipients;
  }

  /** Another message begins. */
  begin(): void {
    this.#recipients = [];
  }

  /** As nodemailer calls a logger: commands are answered in their order, also where several went out at once (RFC 2920). */
  debug(entry: unknown, line: unknown): void {
    if (typeof entry !== 'object' || entry === null || !('tnx' in entry) || typeof line !== 'string') return;
    if (entry.tnx === 'client') this.#unanswered.push(line.slice(0, 5));
    if (entry.tnx === 'server' && this.#unanswered.shift() === 'RCPT ') this.#recipients.push(line);
  }
}
