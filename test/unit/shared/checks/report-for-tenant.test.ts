import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CheckReport, Finding } from '../../../../shared/checks/finding.ts';
import { reportForTenant } from '../../../../shared/checks/report-for-tenant.ts';
import { contoso } from '../../../support/app-identity.ts';

const inside = 'kv-mailworks.vault.azure.net';
const vault: Finding = {
  check: 'vault',
  state: 'failed',
  tried: `Read the key at ${inside}.`,
  answered: `403 from ${inside}`,
  code: 'VAULT_REFUSED',
  meaning: 'The managed identity lacks a role on the vault.',
  remedy: `Give the identity a role on ${inside}.`,
  owner: 'operator',
  arrivesWithin: 'ten minutes',
  since: '2026-02-01T08:00:00.000Z',
};
const mailbox: Finding = {
  check: 'mailbox',
  state: 'failed',
  tried: 'Asked Graph for the mailbox.',
  answered: '404 ErrorInvalidUser',
  code: 'MAILBOX_NOT_FOUND',
  remedy: 'License the mailbox.',
  owner: 'tenant admin',
};

const aReport = (cause: Finding | null, findings: readonly Finding[]): CheckReport => ({
  tenant: contoso,
  mailbox: 'post@contoso.example',
  checkedAt: '2026-02-01T09:00:00.000Z',
  verdict: 'failed',
  cause,
  findings,
});

describe('a report for a tenant’s administrator', () => {
  test('has nothing of the inside of the installation, in the cause and in the findings', () => {
    const report = reportForTenant(aReport(vault, [vault, mailbox]));
    assert.ok(!JSON.stringify(report).includes(inside));
    assert.deepEqual(report.cause, {
      check: 'vault',
      state: 'failed',
      tried: 'Looked at the app’s own side.',
      code: 'VAULT_REFUSED',
      meaning: vault.meaning,
      owner: 'operator',
      since: vault.since,
    });
  });

  test('has what the administrator must mend, whole', () => {
    assert.deepEqual(reportForTenant(aReport(mailbox, [mailbox])), aReport(mailbox, [mailbox]));
  });

  test('leaves out what is well on the operator’s side, and what was not tried', () => {
    const clock: Finding = { check: 'clock', state: 'ok', tried: 'Compared the clock.' };
    const pop: Finding = { check: 'pop-connection', state: 'skipped', tried: 'Not asked for.' };
    const consent: Finding = { check: 'consent', state: 'ok', tried: 'Asked Entra for a token.' };
    assert.deepEqual(reportForTenant(aReport(null, [clock, pop, consent])).findings, [consent]);
  });

  test('says of the tenant’s own that the operator must mend it, and not how', () => {
    const registration: Finding = {
      ...mailbox,
      check: 'consent',
      owner: 'operator',
      tried: 'Asked Entra for a token.',
    };
    const [finding] = reportForTenant(aReport(null, [registration])).findings;
    assert.deepEqual(
      [finding?.tried, finding?.remedy, finding?.answered],
      ['Asked Entra for a token.', undefined, undefined],
    );
  });
});
