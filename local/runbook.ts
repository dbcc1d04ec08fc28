/** The runbook of docs/operator.md: symptom, cause and remedy of every error code, by who must act. Made from shared/errors.ts. */

import { type ErrorCode, errorMeanings } from '../shared/errors.ts';

type Row = (typeof errorMeanings)[ErrorCode] & { readonly code: string };

const rows: readonly Row[] = Object.entries(errorMeanings).map(([code, meaning]) => ({ code, ...meaning }));

interface Group {
  readonly title: string;
  readonly about: string;
  readonly has: (row: Row) => boolean;
}

/** Each code is in exactly one. */
const groups: readonly Group[] = [
  {
    title: 'The tenant’s administrator must act',
    about:
      'Send on the remedy, with the [page for administrators](tenant-admin.md). Nothing that you change here helps; mail of the tenant or of the mailbox does not leave until then.',
    has: ({ owner }) => owner === 'tenant admin',
  },
  {
    title: 'You must act',
    about: 'Nothing goes on by itself. Mail jobs that met it are kept in poison: mend the cause, then replay them.',
    has: ({ owner, disposition }) => owner === 'operator' && disposition !== 'again',
  },
  {
    title: 'It waits and goes on by itself; act if it lasts',
    about: 'The job is put back with a delay, which costs no try. Look into it when it lasts longer than an hour.',
    has: ({ owner, disposition }) => owner === 'operator' && disposition === 'again',
  },
];

const cell = (text: string): string => text.replaceAll('|', '\\|');

export function runbook(): string {
  return groups
    .map(({ title, about, has }) =>
      [
        `### ${title}`,
        '',
        about,
        '',
        '| Symptom | Cause | Remedy | Code |',
        '|---|---|---|---|',
        ...rows
          .filter(has)
          .map(
            ({ code, symptom, meaning, remedy }) =>
              `| ${cell(symptom)} | ${cell(meaning)} | ${cell(remedy)} | [\`${code}\`](errors.md#${code.toLowerCase()}) |`,
          ),
      ].join('\n'),
    )
    .join('\n\n');
}
