/** A form of the portal on its way: read, done, and followed by a page that says what became of it. */

import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { problemOf } from '../control/problem.ts';
import type { Html } from '../page.ts';
import type { Note } from './frame.ts';
import type { Notes } from './notes.ts';
import type { AntiForgery, Submitted } from './submitted.ts';

export interface Forms {
  readonly app: Hono;
  readonly forgery: AntiForgery;
  readonly notes: Notes;
}

/** What has been done; with its own tone where that is not good. */
type Done = Html | Note;

interface Action {
  /** The page that the form is on, which follows. */
  page: (part: (name: string) => string) => string;
  run(part: (name: string) => string, typed: Submitted): Done | Promise<Done>;
}

/**
 * Ends in a redirect (RFC 9110 section 15.4.4), also where nothing could be done: a page that is loaded again repeats
 * nothing.
 */
export function action({ app, forgery, notes }: Forms, path: string, { page, run }: Action): void {
  app.post(path, async (c: Context) => {
    const typed = await forgery.read(c);
    const part = (name: string): string => c.req.param(name) ?? '';
    const note = await outcomeOf(() => run(part, typed), typed);
    return c.redirect(`${page(part)}?note=${notes.add(note)}`, 303);
  });
}

async function outcomeOf(run: () => Done | Promise<Done>, typed: Submitted): Promise<Note> {
  try {
    const done = await run();
    return isNote(done) ? { typed, ...done } : { tone: 'good', body: done };
  } catch (error) {
    const { message, errors, status } = problemOf(error);
    if (status === 500) throw error;
    const list = html`<ul>
      ${errors.map(({ field, message: what }) => html`<li>${field.replace(/^fault\./, '')}: ${what}</li>`)}
    </ul>`;
    const body = html`<p>That was not done.${errors.length === 0 ? html` ${message}` : ''}</p>
      ${errors.length === 0 ? '' : list}`;
    return { tone: 'bad', body, typed, problems: errors };
  }
}

const isNote = (done: Done): done is Note => 'tone' in done;
