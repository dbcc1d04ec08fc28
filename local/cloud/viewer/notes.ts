/** What a form has done, kept until the page that follows it shows it. */

import { randomBytes } from 'node:crypto';
import type { Note } from './frame.ts';

/** More than anybody has tabs open. */
const mostNotes = 50;

export class Notes {
  readonly #notes = new Map<string, Note>();

  /** @returns the name under which `take` finds it. */
  add(note: Note): string {
    const id = randomBytes(12).toString('base64url');
    this.#notes.set(id, note);
    const [oldest] = this.#notes.keys();
    if (this.#notes.size > mostNotes && oldest !== undefined) this.#notes.delete(oldest);
    return id;
  }

  /** Once: a page that is loaded again does not tell again what may be a secret. */
  take(id: string | undefined): Note | undefined {
    const note = id === undefined ? undefined : this.#notes.get(id);
    if (id !== undefined) this.#notes.delete(id);
    return note;
  }
}
