/**
 * `npm run docs`: writes what is made from code: docs/errors.md, docs/mail-job.schema.json, the runbook in docs/operator.md, the
 * queries in docs/queries.md, infra/workbook.json and the tables of docs/scale.md. Tests hold them equal.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { codeOfNumber } from '../shared/adapters/entra/entra-error.ts';
import { errorMeanings } from '../shared/errors.ts';
import { mailJobSchema } from '../shared/mail/job/mail-job.ts';
import { queriesFile, queriesPage, workbookFile, workbookText } from './query-pages.ts';
import { runbook } from './runbook.ts';
import { scaleFile, scalePage } from './scale/page.ts';

const inDocs = (name: string): string => join(import.meta.dirname, '..', 'docs', name);

export const errorsFile = inDocs('errors.md');
export const mailJobSchemaFile = inDocs('mail-job.schema.json');
export const operatorFile = inDocs('operator.md');

/** The JSON Schema of a mail job, as it is published. */
export async function mailJobSchemaText(): Promise<string> {
  const filepath = mailJobSchemaFile;
  return format(JSON.stringify(mailJobSchema()), { ...(await resolveConfig(filepath)), filepath });
}

/** The page as it is, with the runbook of now between its marks. */
export async function operatorPage(): Promise<string> {
  const filepath = operatorFile;
  const page = readFileSync(filepath, 'utf8');
  const [, before, after] = /^([^]*<!-- runbook -->\n)[^]*(<!-- \/runbook -->\n[^]*)$/.exec(page) ?? [];
  if (before === undefined || after === undefined) throw new Error(`${filepath} has lost the marks of its runbook.`);
  return format(`${before}\n${runbook()}\n\n${after}`, { ...(await resolveConfig(filepath)), filepath });
}

export function errorsPage(): string {
  const sections = Object.entries(errorMeanings).map(([code, { symptom, meaning, remedy, owner, disposition }]) =>
    [
      `## ${code}`,
      '',
      `| | |`,
      `|---|---|`,
      `| What you see | ${symptom} |`,
      `| What it means | ${meaning} |`,
      `| What to do | ${remedy} |`,
      ...numbersOf(code),
      `| Who | ${owner} |`,
      ...(meetsJobs(code) ? [`| A mail job that meets it | ${dispositions[disposition]} |`] : []),
    ].join('\n'),
  );
  return `${preface}\n${sections.join('\n\n')}\n`;
}

/** Whoever has a number of Entra's before him finds here what to do. */
function numbersOf(code: string): string[] {
  const numbers = [...codeOfNumber].filter(([, own]) => own === code).map(([number]) => `AADSTS${number}`);
  return numbers.length === 0 ? [] : [`| Entra’s numbers | ${numbers.join(', ')} |`];
}

function meetsJobs(code: string): boolean {
  return !/^(CONFIG|REQUEST|INVITATION|CONSENT)_/.test(code);
}

const dispositions = {
  again: 'waits and is tried again; this costs no try of the queue',
  never: 'is kept in poison with this reason, and its outcome says so unless its id is already that of another job',
  thrown: 'is tried again by the queue, five times in all, then kept in poison',
  unknown: 'ends as `unknown`: it may have left, so it is not sent again by itself',
} as const;

const preface = `# What can go wrong

Whatever is refused, fails or waits names one of these codes: in outcomes, the audit trail, HTTP answers and the log. A code never changes its meaning. This page is
made from \`shared/errors.ts\` by \`npm run docs\`; change it there.
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of [
    [errorsFile, errorsPage()],
    [mailJobSchemaFile, await mailJobSchemaText()],
    [operatorFile, await operatorPage()],
    [queriesFile, await queriesPage()],
    [workbookFile, await workbookText()],
    [scaleFile, await scalePage()],
  ] as const) {
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }
}
