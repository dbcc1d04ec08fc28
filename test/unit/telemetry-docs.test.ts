/** docs/telemetry.md tells of every metric, span, attribute, event and field, and of no other. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { logEvents, logFields } from '../../shared/log-events.ts';
import { metricTable } from '../../shared/metrics.ts';
import { telemetrySettings } from '../../shared/telemetry-settings.ts';
import { spanAttributes, spanNames } from '../../shared/tracing.ts';

const root = join(import.meta.dirname, '..', '..');

/** The rows of each table, cell by cell, by the heading of its first column. */
function tablesOf(page: string): Map<string, string[][]> {
  const tables = new Map<string, string[][]>();
  let rows: string[][] | undefined;
  for (const line of page.split('\n')) {
    if (!line.startsWith('|')) {
      rows = undefined;
      continue;
    }
    const cells = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    if (rows === undefined) tables.set(cells[0] ?? '', (rows = []));
    else if (!/^-+$/.test(cells[0] ?? '')) rows.push(cells);
  }
  return tables;
}

const tables = tablesOf(readFileSync(join(root, 'docs', 'telemetry.md'), 'utf8'));
const code = (word: string): string => `\`${word}\``;
const rowsOf = (table: Readonly<Record<string, string>>): string[][] =>
  Object.entries(table).map(([name, meaning]) => [code(name), meaning]);

describe('docs/telemetry.md', () => {
  test('has every metric with its kind, unit, attributes and meaning', () => {
    const rows = Object.entries(metricTable).map(([name, { kind, unit, attributes, meaning }]) => {
      return [code(name), kind, code(unit), attributes.map(code).join(', '), meaning];
    });
    assert.deepEqual(tables.get('Metric'), rows);
  });

  test('has every span and every attribute with its meaning', () => {
    const [request, ...others] = tables.get('Span') ?? [];
    assert.equal(request?.[0], '`<METHOD> <route>`');
    assert.deepEqual(others, rowsOf(spanNames));
    assert.deepEqual(tables.get('Attribute'), rowsOf(spanAttributes));
  });

  test('has every log event and every field with its meaning', () => {
    assert.deepEqual(tables.get('Event'), rowsOf(logEvents));
    assert.deepEqual(tables.get('Field'), rowsOf(logFields));
  });

  test('has every setting', () => {
    const named = (tables.get('Setting') ?? []).map(([name]) => name);
    assert.deepEqual(named.sort(), Object.keys(telemetrySettings).map(code).sort());
  });
});

describe('what is listed', () => {
  const source = globSync('{shared,functions}/**/*.ts', { cwd: root })
    .filter((file) => !/shared\/(log-events|metrics|tracing)\.ts$/.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');

  test('is logged somewhere', () => {
    const composed = /^(tenant\.(invited|pending|active|degraded|revoked|removed)|token\.wrong-in-\w+)$/;
    const never = Object.keys(logEvents).filter((event) => !composed.test(event) && !source.includes(`'${event}'`));
    assert.deepEqual(never, []);
  });

  test('is measured somewhere', () => {
    const composed = /^tenantpost\.mail\.(sent|cancelled|refused|failed|unknown)$/;
    const never = Object.keys(metricTable).filter((name) => !composed.test(name) && !source.includes(`'${name}'`));
    assert.deepEqual(never, []);
  });

  test('is a span or an attribute somewhere', () => {
    const all = [...Object.keys(spanNames), ...Object.keys(spanAttributes)];
    assert.deepEqual(
      all.filter((name) => !source.includes(`'${name}'`)),
      [],
    );
  });

  test('has no attribute that would make a time series of each tenant, mailbox or job', () => {
    const attributes = new Set(Object.values(metricTable).flatMap(({ attributes: names }) => [...names]));
    assert.deepEqual([...attributes].sort(), [
      'code',
      'origin',
      'proof',
      'queue',
      'resource',
      'shard',
      'signal',
      'state',
      'transport',
    ]);
  });
});
