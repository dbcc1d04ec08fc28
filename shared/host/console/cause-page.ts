/** One cause: what it means, who must do what, and the jobs that it stopped. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { CauseReport } from '../../checks/overview.ts';
import { type ErrorCode, errorMeanings } from '../../errors.ts';
import { factList, note, nothing } from '../pages/fragments.ts';
import { jobList } from './failure-lists.ts';
import { consoleResponse } from './frame.ts';
import { type ConsoleNote, noteOf } from './notes.ts';
import { ownerNames } from './state-words.ts';

export interface CauseView {
  readonly code: ErrorCode;
  readonly report: CauseReport;
  readonly at: number;
  readonly formToken: string;
  readonly done: ConsoleNote | undefined;
}

export function causePage({ code, report, at, formToken, done }: CauseView): HttpResponseInit {
  const { meaning, remedy, owner, symptom } = errorMeanings[code];
  const { group, jobs, complete } = report;
  const count = group?.count ?? 0;
  return consoleResponse({
    title: meaning,
    place: 'cause',
    at,
    formToken,
    body: html`${noteOf(done)}
      ${factList({ Code: html`<code>${code}</code>`, 'What one sees': symptom, 'Who must act': ownerNames[owner], 'What to do': remedy })}
      ${complete ? nothing : note('wait', 'There is more in poison than is read for one page: jobs may be missing here.')}
      <section aria-labelledby="jobs">
        <h2 id="jobs">${count === 1 ? 'The mail job' : `${count.toLocaleString('en')} mail jobs`} that it stopped</h2>
        ${jobs.length < count ? html`<p class="soft">The newest ${jobs.length} of them.</p>` : nothing}
        ${jobList(jobs, at, formToken, true)}
      </section>`,
  });
}
