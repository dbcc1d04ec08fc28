/** The queries for the workspace, read without an engine: that they are whole, and that what they name is what the app sends. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { queriesFile, queriesPage, readQueries, workbookFile, workbookText } from '../../../local/query-pages.ts';
import { errorCodes } from '../../../shared/errors.ts';
import { logEvents, logFields } from '../../../shared/log-events.ts';
import { metricTable } from '../../../shared/metrics.ts';
import { queues } from '../../../shared/names.ts';
import { spanAttributes } from '../../../shared/tracing.ts';
import { readQuery } from '../../support/kql/read-query.ts';
import { tables } from '../../support/kql/tables.ts';
import { anchorsOf } from '../../support/markdown.ts';

const queries = readQueries();

const startsOne = (names: readonly string[], text: string): boolean => names.some((name) => name.startsWith(text));

describe('a query', () => {
  for (const [name, text] of queries) {
    const { problems, fields, texts, tables: asked } = readQuery(text);

    test(`${name} names tables, columns, operators and functions that there are, and closes what it opens`, () => {
      assert.deepEqual(problems, []);
      assert.match(text, /^\/\/ [A-Z].*[.:].*\n/);
      assert.doesNotMatch(text, /\t|\r| \n/);
    });

    test(`${name} goes by metrics, events, fields and codes that the code has`, () => {
      const metrics = new Map(Object.entries(metricTable).filter(([metric]) => texts.includes(metric)));
      assert.equal(metrics.size > 0, asked.has('AppMetrics'), 'a query of metrics names them');
      for (const one of texts) {
        if (one.startsWith('tenantpost.')) assert.ok(metrics.has(one), one);
        else if (/^[a-z-]+\.([a-z-]+)?$/.test(one)) assert.ok(startsOne(Object.keys(logEvents), one), one);
        else if (/^[A-Z]+_[A-Z_]*$/.test(one)) assert.ok(startsOne(errorCodes, one), one);
        else if (one.startsWith('-')) assert.ok(Object.values(queues).some((queue) => queue.endsWith(one)));
        else assert.ok(one === '' || one === '.' || one === 'yyyy-MM-dd' || one in tables, `what is ${one}?`);
      }
      for (const { of, name: field } of fields) {
        if (of === 'line') assert.ok(field === 'event' || field in logFields, `a line has no ${field}`);
        else if (metrics.size > 0) {
          for (const [metric, { attributes }] of metrics) {
            assert.ok(
              attributes.some((one) => one === field),
              `${metric} has no ${field}`,
            );
          }
        } else assert.ok(of === 'Properties' && (field === 'event' || field in spanAttributes), field);
      }
    });
  }
});

describe('the reader of queries', () => {
  const query = "AppMetrics\n| where Name == 'a'\n| summarize mails = sum(Sum) by Name\n| project mails, Name";

  test('tells which columns come out', () => {
    const { problems, columns } = readQuery(query);
    assert.deepEqual(problems, []);
    assert.deepEqual([...columns], ['mails', 'Name']);
  });

  for (const [what, from, to] of [
    ['a bracket that is missing', 'sum(Sum)', 'sum(Sum'],
    ['a bracket too many', 'sum(Sum)', 'sum(Sum))'],
    ['a quote that is missing', "'a'", "'a"],
    ['a table that is not there', 'AppMetrics', 'customMetrics'],
    ['a column that is not there', 'where Name', 'where name'],
    ['a column of before a summary', 'project mails', 'project Sum'],
    ['an operator that is not one', 'where', 'filter'],
    ['a function that is not one', 'sum(Sum)', 'total(Sum)'],
    ['an empty statement', '\n| where', ';\n| where'],
  ] as const) {
    test(`calls ${what} a problem`, () => {
      assert.notDeepEqual(readQuery(query.replace(from, to)).problems, []);
    });
  }
});

describe('docs/queries.md', () => {
  const page = readFileSync(queriesFile, 'utf8');

  test('shows the queries as they are (npm run docs writes them)', async () => {
    assert.equal(page, await queriesPage());
  });

  test('shows every query once', () => {
    const shown = [...page.matchAll(/<!-- ([\w-]+)\.kql -->/g)].map(([, name]) => name);
    assert.deepEqual(shown.sort(), [...queries.keys()].sort());
  });

  test('links to pages and headings that there are', () => {
    const links = [...page.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)];
    assert.ok(links.length > 20);
    for (const [whole, file = '', anchor] of links) {
      const path = file === '' ? queriesFile : join(dirname(queriesFile), file);
      assert.ok(existsSync(path), whole);
      if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(path, 'utf8')).includes(anchor), whole);
    }
  });

  test('names every table that is asked', () => {
    const asked = new Set([...queries.values()].flatMap((text) => [...readQuery(text).tables]));
    for (const table of asked) {
      assert.ok(page.includes(`azure/azure-monitor/reference/tables/${table.toLowerCase()})`), table);
    }
  });
});

describe('infra/workbook.json', () => {
  const workbook = readFileSync(workbookFile, 'utf8');

  test('has the sections of docs/queries.md and the queries as they are (npm run docs writes it)', async () => {
    assert.equal(workbook, await workbookText());
  });

  test('asks ten questions, with every query that is no alert, and lets tenant and job be filled in', () => {
    assert.equal(workbook.match(/"groupType": "editable"/g)?.length, 10);
    for (const [name, text] of queries) {
      const isThere = workbook.includes(`"name": "${name}.kql"`);
      assert.equal(isThere, !name.startsWith('alert-'), name);
      if (text.includes("let tenant = '';"))
        assert.ok(workbook.includes("let tenant = '{Tenant}';\\nlet job = '{Job}';"));
    }
    assert.doesNotMatch(workbook, /let tenant = '';|let job = '';/);
    assert.doesNotMatch(workbook, /\]\((?!https:)/, 'a link that leads nowhere in the portal');
  });
});
