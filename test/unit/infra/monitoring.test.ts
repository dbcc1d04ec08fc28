/** Alerts, workbook, budget, diagnostic settings and workspace, as infra/modules deploys them. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { queriesFile, readQueries, workbookFile } from '../../../local/query-pages.ts';
import { metricTable } from '../../../shared/metrics.ts';
import { readBicep, type ReadOptions, type ReadResource } from '../../support/bicep/read-bicep.ts';
import { readQuery } from '../../support/kql/read-query.ts';
import { anchorsOf } from '../../support/markdown.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const resourcesOf = (module: string, parameters: ReadOptions['parameters']): readonly ReadResource[] =>
  readBicep(join(root, 'infra', 'modules', `${module}.bicep`), { parameters: parameters ?? {} }).resources;

const common = { name: 'contoso', location: 'westeurope', tags: {} };
const ids = {
  workspaceId: '/log',
  appInsightsId: '/appi',
  functionAppId: '/func',
  storageAccountId: '/st',
  vaultId: '/kv',
};
const alerts = resourcesOf('alerts', { ...common, ...ids, emails: ['ops@contoso.com', 'lead@contoso.com'] });
const ofType = (type: string): readonly ReadResource[] =>
  alerts.filter((one) => one.type === `Microsoft.Insights/${type}`);
const [actionGroup] = ofType('actionGroups');

const rule = z.object({ description: z.string(), severity: z.number(), scopes: z.array(z.string()) });
const queryRule = rule.extend({
  displayName: z.string(),
  windowSize: z.string(),
  actions: z.object({ actionGroups: z.array(z.string()) }),
  criteria: z.object({
    allOf: z.tuple([
      z.object({
        query: z.string(),
        metricMeasureColumn: z.string(),
        dimensions: z.array(z.object({ name: z.string() })),
      }),
    ]),
  }),
});
const metricRule = rule.extend({ actions: z.array(z.object({ actionGroupId: z.string() })) });

const page = readFileSync(queriesFile, 'utf8');
const [, alertSection = ''] = page.split('\n## Alerts\n');

describe('an alert by query', () => {
  const texts = [...readQueries()].filter(([name]) => name.startsWith('alert-')).map(([, text]) => text);
  const rules = ofType('scheduledQueryRules').map(({ body }) => queryRule.parse(body['properties']));

  test('is there for every query of an alert', () => {
    assert.deepEqual(new Set(rules.map(({ criteria }) => criteria.allOf[0].query)), new Set(texts));
  });

  for (const { displayName, criteria, windowSize, scopes, actions, ...said } of rules) {
    const [{ query, metricMeasureColumn, dimensions }] = criteria.allOf;
    const { columns, texts: named } = readQuery(query);

    test(`"${displayName}" compares and groups by columns that its query has, and asks the workspace`, () => {
      assert.deepEqual(columns, new Set([metricMeasureColumn, ...dimensions.map(({ name }) => name)]));
      assert.deepEqual(scopes, [ids.workspaceId]);
      assert.deepEqual(actions.actionGroups, [actionGroup?.id]);
    });

    test(`"${displayName}" looks back over two runs of the timer at least where it goes by what the timer measures`, () => {
      const gauges = Object.entries(metricTable).filter(([name, { kind }]) => kind === 'gauge' && named.includes(name));
      if (gauges.length > 0) assert.match(windowSize, /^PT(?:30M|\d+H)$/);
      else assert.match(windowSize, /^PT(?:15|30)M$/);
    });

    test(`"${displayName}" is told in docs/queries.md, and names a page that helps`, () => {
      const row = alertSection.split('\n').find((line) => line.startsWith(`| ${displayName} `));
      assert.equal(row?.split('|')[2]?.trim(), String(said.severity));
      helps(said.description);
    });
  }
});

test("alerts by Azure's own metrics watch vault and storage, name a page that helps, and tell the same people", () => {
  const rules = ofType('metricAlerts').map(({ body }) => metricRule.parse(body['properties']));
  assert.deepEqual(
    rules.flatMap(({ scopes }) => scopes).sort(),
    [ids.vaultId, ids.vaultId, ids.storageAccountId].sort(),
  );
  for (const { description, actions } of rules) {
    helps(description);
    assert.deepEqual(actions, [{ actionGroupId: actionGroup?.id }]);
  }
  for (const { name } of ofType('metricAlerts')) {
    assert.ok(alertSection.includes(name.replace(/^alert-|-contoso$/g, '')), name);
  }
});

/** A description ends with a page of docs/, perhaps with one of its headings. */
function helps(description: string): void {
  const [, file = '', anchor] = / See (docs\/[\w-]+\.md)(?:#([\w-]+))?\.$/.exec(description) ?? [];
  assert.ok(existsSync(join(root, file)) && file !== '', description);
  if (anchor === undefined) return;
  const anchors = anchorsOf(readFileSync(join(root, file), 'utf8'));
  assert.ok(anchors.includes(anchor), `${file} has no ${anchor}`);
}

test('every address of the operators is in the action group', () => {
  const receivers = z.object({ emailReceivers: z.array(z.object({ emailAddress: z.string() })) });
  const { emailReceivers } = receivers.parse(actionGroup?.body['properties']);
  assert.deepEqual(
    emailReceivers.map(({ emailAddress }) => emailAddress),
    ['ops@contoso.com', 'lead@contoso.com'],
  );
});

test('the workbook is infra/workbook.json with the workspace in it', () => {
  const [workbook] = resourcesOf('workbook', { ...common, workspaceId: '/log' });
  const { serializedData } = z.object({ serializedData: z.string() }).parse(workbook?.body['properties']);
  const expected = z.looseObject({}).parse(JSON.parse(readFileSync(workbookFile, 'utf8')));
  assert.deepEqual(JSON.parse(serializedData), { ...expected, fallbackResourceIds: ['/log'] });
});

test('neither the workspace nor Application Insights takes anything without Entra', () => {
  const flags = resourcesOf('monitoring', common).map(({ type, body }) => [type, JSON.stringify(body['properties'])]);
  assert.equal(flags.length, 2);
  for (const [type, properties = ''] of flags) assert.match(properties, /"disableLocalAuth":true/i, type);
});

test('the budget tells of what is spent and of what will be, by e-mail and to the action group', () => {
  const [budget, ...others] = resourcesOf('budget', {
    name: 'contoso',
    monthlyAmount: 50,
    emails: ['ops@contoso.com'],
    actionGroupId: '/ag',
    startDate: '2026-11-01',
  });
  assert.equal(others.length, 0);
  const notification = z.object({
    thresholdType: z.string(),
    threshold: z.number(),
    contactEmails: z.array(z.string()),
    contactGroups: z.array(z.string()),
  });
  const { amount, timePeriod, notifications } = z
    .object({
      amount: z.number(),
      timePeriod: z.object({ startDate: z.string() }),
      notifications: z.record(z.string(), notification),
    })
    .parse(budget?.body['properties']);
  assert.equal(amount, 50);
  assert.equal(timePeriod.startDate, '2026-11-01T00:00:00Z');
  assert.deepEqual(
    Object.values(notifications).map(({ thresholdType, threshold }) => `${thresholdType} ${threshold}`),
    ['Actual 80', 'Actual 100', 'Forecasted 110'],
  );
  for (const { contactEmails, contactGroups } of Object.values(notifications)) {
    assert.deepEqual([...contactEmails, ...contactGroups], ['ops@contoso.com', '/ag']);
  }
});

describe('diagnostic settings', () => {
  const names = { storageAccountName: 'st', vaultName: 'kv', functionAppName: 'func', workspaceId: '/log' };
  const logs = z.object({
    workspaceId: z.literal('/log'),
    logs: z.array(
      z.object({ category: z.string().optional(), categoryGroup: z.string().optional(), enabled: z.boolean() }),
    ),
  });
  const linesOf = (detail?: string): string[] =>
    resourcesOf('diagnostics', { ...names, ...(detail === undefined ? {} : { detail }) })
      .filter(({ type }) => type === 'Microsoft.Insights/diagnosticSettings')
      .flatMap(({ scope = '', body }) =>
        logs
          .parse(body['properties'])
          .logs.filter(({ enabled }) => enabled)
          .map(
            ({ category, categoryGroup = '' }) =>
              `${scope.split('/').slice(-2).join('/')} ${category ?? categoryGroup}`,
          ),
      );

  test('keep the audit log of the vault, and of nothing a line for each mail, unless asked to', () => {
    assert.deepEqual(linesOf(), ['vaults/kv audit']);
    assert.deepEqual(linesOf('deletions'), [
      'blobServices/default StorageDelete',
      'tableServices/default StorageDelete',
      'vaults/kv audit',
    ]);
  });

  test('write down every request to storage, and what the host says, when asked for everything', () => {
    const lines = linesOf('everything');
    for (const service of ['blob', 'table', 'queue']) {
      for (const what of ['Read', 'Write', 'Delete']) {
        assert.ok(lines.includes(`${service}Services/default Storage${what}`), `${service} ${what}`);
      }
    }
    assert.ok(lines.includes('sites/func FunctionAppLogs'));
  });
});
