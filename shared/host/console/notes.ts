/** What a form has done, said on the page that it leads to. The address carries one of these words and no text. */

import { html } from 'hono/html';
import type { Html } from '../page.ts';
import { note, nothing } from '../pages/fragments.ts';

const notes = {
  held: 'The mailbox is held. What it has to send waits.',
  released: 'The mailbox is released.',
  replayed: 'The mail job is on its queue again.',
} as const;

export type ConsoleNote = keyof typeof notes;

export function readNote(query: URLSearchParams): ConsoleNote | undefined {
  const word = query.get('done');
  return word !== null && isNote(word) ? word : undefined;
}

const isNote = (word: string): word is ConsoleNote => Object.hasOwn(notes, word);

export function noteOf(done: ConsoleNote | undefined): Html {
  return done === undefined ? nothing : html`<div role="status">${note('ok', notes[done])}</div>`;
}
