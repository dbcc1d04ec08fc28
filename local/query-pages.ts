/** docs/queries.md with the queries of infra/queries in it, and infra/workbook.json with the sections of docs/queries.md. */

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const top = join(import.meta.dirname, '..');

export const queriesFile = join(top, 'docs', 'queries.md');
export const workbookFile = join(top, 'infra', 'workbook.json');

/** By file name without its ending. */
export function readQueries(): ReadonlyMap<string, string> {
  const files = globSync(join(top, 'infra', 'queries', '*.kql')).sort();
  return new Map(files.map((file) => [basename(file, '.kql'), readFileSync(file, 'utf8')]));
}

const marked = /<!-- ([\w-]+)\.kql -->\n+(?:```kusto\n[^]*?```\n)?/g;

/** The page as it is, with each query of now after its mark. */
export async function queriesPage(): Promise<string> {
  const queries = readQueries();
  const page = readFileSync(queriesFile, 'utf8').replace(
    marked,
    (_, name: string) => `<!-- ${name}.kql -->\n\n\`\`\`kusto\n${queryOf(queries, name)}\`\`\`\n`,
  );
  return format(page, { ...(await resolveConfig(queriesFile)), filepath: queriesFile });
}

/**
 * A group for each section of the page that has queries, but for those of alerts.
 * https://github.com/microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json
 */
export async function workbookText(): Promise<string> {
  const queries = readQueries();
  const [, ...sections] = readFileSync(queriesFile, 'utf8').split('\n## ');
  const groups = sections.flatMap((section) => {
    const [title = '', ...rest] = section.split('\n');
    const names = [...section.matchAll(marked)].map(([, name = '']) => name);
    if (names.length === 0 || names.some((name) => name.startsWith('alert-'))) return [];
    const said = rest.join('\n').replace(marked, '').trim();
    return [group(title, [text(said), ...names.map((name) => query(name, queryOf(queries, name)))])];
  });
  const workbook = {
    version: 'Notebook/1.0',
    items: [parameters, ...groups],
    // workbook.bicep puts the workspace here.
    fallbackResourceIds: ['<workspace>'],
    $schema: 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json',
  };
  return format(JSON.stringify(workbook), { ...(await resolveConfig(workbookFile)), filepath: workbookFile });
}

function queryOf(queries: ReadonlyMap<string, string>, name: string): string {
  const found = queries.get(name);
  if (found === undefined) throw new Error(`docs/queries.md names ${name}.kql, which is not in infra/queries.`);
  return found;
}

const resourceType = 'microsoft.operationalinsights/workspaces';
const hours = 3_600_000;

/** The numbers are those of the schema: 1 a text, 3 a query, 9 parameters, 12 a group. */
const parameters = {
  type: 9,
  name: 'parameters',
  content: {
    version: 'KqlParameterItem/1.0',
    style: 'pills',
    queryType: 0,
    resourceType,
    parameters: [
      {
        id: '6a0f3c59-3f0f-4a3e-9f39-5d0b7d4c9a01',
        version: 'KqlParameterItem/1.0',
        name: 'TimeRange',
        label: 'Time',
        type: 4,
        isRequired: true,
        value: { durationMs: 24 * hours },
        typeSettings: {
          selectableValues: [1, 4, 24, 7 * 24, 30 * 24].map((count) => ({ durationMs: count * hours })),
          allowCustom: true,
        },
      },
      ...(['Tenant', 'Job'] as const).map((name, index) => ({
        id: `6a0f3c59-3f0f-4a3e-9f39-5d0b7d4c9a0${index + 2}`,
        version: 'KqlParameterItem/1.0',
        name,
        type: 1,
        value: '',
      })),
    ],
  },
};

function group(title: string, items: readonly object[]): object {
  return { type: 12, name: title, content: { version: 'NotebookGroup/1.0', groupType: 'editable', title, items } };
}

/** Links of the page lead nowhere in the portal. */
function text(markdown: string): object {
  const json = markdown.replaceAll(/\[([^\]]+)\]\((?!https:)([\w-]+\.md)[^)]*\)/g, (_, said: string, file: string) =>
    said === file ? `docs/${file}` : `${said} (docs/${file})`,
  );
  return { type: 1, name: 'what it says', content: { json } };
}

/** Its first line is its title; what it leaves open, the reader types above. */
function query(name: string, kql: string): object {
  const [title = ''] = kql.split('\n');
  return {
    type: 3,
    name: `${name}.kql`,
    content: {
      version: 'KqlItem/1.0',
      query: kql.replace("let tenant = '';", "let tenant = '{Tenant}';").replace("let job = '';", "let job = '{Job}';"),
      size: 0,
      title: title.replace(/^\/\/ /, ''),
      timeContextFromParameter: 'TimeRange',
      queryType: 0,
      resourceType,
    },
  };
}
