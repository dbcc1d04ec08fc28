/** What single checks make of what they are told. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clockFinding, connectionFinding, services } from '../../../../shared/checks/connections.ts';
import { configurationFinding, credentialFinding } from '../../../../shared/checks/installation.ts';
import { limitsFinding, recentFinding } from '../../../../shared/checks/sending.ts';
import { consentedAgo, recordFinding, tenantFinding } from '../../../../shared/checks/tenant-checks.ts';
import { tokenRefusal } from '../../../../shared/checks/token-refusals.ts';
import { hours, minutes } from '../../../../shared/clock.ts';
import { errorMeanings, TenantpostError } from '../../../../shared/errors.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aCredential, aProof, MemoryCredentialRecord } from '../../../support/credential.ts';
import { aRecordedTenant } from '../../../support/doctor.ts';

describe('the clock', () => {
  const reached = (ahead?: number) =>
    ({ kind: 'reached', answered: '', ...(ahead === undefined ? {} : { ahead }) }) as const;
  for (const [entra, graph, state] of [
    [0, 0, 'ok'],
    [59_000, -59_000, 'ok'],
    [60_000, 60_000, 'warning'],
    [-299_000, -299_000, 'warning'],
    [300_000, 300_000, 'failed'],
    [0, -300_000, 'failed'],
  ] as const) {
    test(`is ${state} when Entra is ${entra} and Graph ${graph} milliseconds ahead`, () => {
      assert.equal(clockFinding(reached(entra), reached(graph)).state, state);
    });
  }

  test('is the other service’s where one of two agrees with ours', () => {
    assert.match(clockFinding(reached(0), reached(400_000)).meaning ?? '', /in the place of Graph/);
    assert.equal(clockFinding(reached(400_000), reached(400_000)).meaning, errorMeanings.CLOCK_WRONG.meaning);
  });

  test('cannot be told without a time in any answer', () => {
    assert.equal(clockFinding({ kind: 'unreachable', answered: 'X' }, reached()).state, 'skipped');
  });
});

test('a connection names the setting, and the step at which it failed', () => {
  const service = { ...services.graph, setting: 'TENANTPOST_GRAPH_URL', address: 'https://graph.example' };
  for (const [kind, code] of [
    ['unresolved', 'NAME_UNRESOLVED'],
    ['untrusted', 'TLS_UNTRUSTED'],
    ['unreachable', 'GRAPH_UNAVAILABLE'],
  ] as const) {
    const finding = connectionFinding(service, { kind, answered: 'WHY' });
    assert.deepEqual([finding.state, finding.code, finding.answered], ['failed', code, 'WHY']);
    assert.match(finding.tried, /https:\/\/graph\.example, TENANTPOST_GRAPH_URL/);
  }
});

describe('the configuration', () => {
  const settings = { cloud: 'china', resources: ['graph', 'outlook'], served: [] };
  test('lacks the address of a mail server that no source confirms for the cloud', () => {
    const finding = configurationFinding(settings, ['Mail.Send', 'IMAP.AccessAsApp', 'POP.AccessAsApp']);
    assert.deepEqual(
      [finding.code, finding.remedy],
      ['TRANSPORT_OFF', 'Set TENANTPOST_IMAP_HOST and TENANTPOST_POP_HOST.'],
    );
  });
  test('lacks nothing where only rights on Graph are asked for', () => {
    assert.equal(configurationFinding({ ...settings, resources: ['graph'] }, ['Mail.Send']).state, 'ok');
  });
});

describe('the credential', () => {
  const of = (days: number) =>
    credentialFinding(
      {
        credential: aCredential([aProof('print', { expiresAt: noon + days * 24 * hours })]),
        record: new MemoryCredentialRecord(),
        refreshSeconds: 600,
      },
      () => noon,
    );
  test('warns before it expires, and says of what', async () => {
    const finding = await of(20);
    assert.deepEqual([finding.state, finding.code], ['warning', 'CREDENTIAL_UNUSABLE']);
    assert.match(finding.meaning ?? '', /expires in 20 days/);
    assert.equal((await of(200)).state, 'ok');
  });
  test('is wrong once it has expired', async () => {
    assert.equal((await of(-1)).state, 'failed');
  });
});

describe('the tenant', () => {
  const here = { cloud: 'public', singleTenantId: undefined };
  const found = (instance: string) => ({ kind: 'found', tenantId: contoso, instance }) as const;
  test('is in another cloud where Entra’s directory says so', () => {
    const finding = tenantFinding(contoso, { ...found('microsoftonline.us'), region: 'DODCON' }, here);
    assert.deepEqual(
      [finding.code, finding.answered],
      ['TENANT_IN_OTHER_CLOUD', `${contoso}, microsoftonline.us, DODCON`],
    );
    assert.equal(tenantFinding(contoso, found('microsoftonline.us'), { ...here, cloud: 'usgov-dod' }).state, 'ok');
    assert.equal(tenantFinding(contoso, found('microsoftonline.com'), here).state, 'ok');
    assert.equal(tenantFinding(contoso, found('localhost:7100'), here).state, 'ok');
  });
  test('is not served where the installation serves another one alone', () => {
    assert.equal(tenantFinding(contoso, found('x'), { ...here, singleTenantId: fabrikam }).code, 'TENANT_NOT_HOME');
  });
  test('is recorded as something that keeps its mail, or soon will not', () => {
    const states = (['invited', 'pending', 'active', 'degraded', 'revoked'] as const).map(
      (state) => recordFinding(aRecordedTenant({ state })).state,
    );
    assert.deepEqual(states, ['failed', 'warning', 'ok', 'warning', 'warning']);
  });
  test('has a consent on its way only while it is pending', () => {
    assert.equal(consentedAgo(aRecordedTenant({ state: 'pending', since: noon - 3 * minutes }), noon), 3);
    assert.equal(consentedAgo(aRecordedTenant(), noon), undefined);
  });
});

describe('a refused token', () => {
  const refusal = (code: ConstructorParameters<typeof TenantpostError>[0], aadsts: number, ago?: number) =>
    tokenRefusal('consent', new TenantpostError(code, 'Refused.', { detail: { aadsts } }), ago);
  test('belongs to the check that it speaks of', () => {
    assert.equal(refusal('CREDENTIAL_REFUSED', 700027).check, 'credential');
    assert.equal(refusal('TENANT_NOT_FOUND', 90002).check, 'tenant');
    assert.equal(refusal('APP_NOT_IN_TENANT', 7000229).check, 'consent');
    assert.equal(refusal('ENTRA_UNAVAILABLE', 90033).check, 'consent');
  });
  test('is explained by its number where one code stands for several', () => {
    const said = [7000112, 53003].map((aadsts) => refusal('APP_BLOCKED', aadsts).remedy);
    assert.equal(new Set([...said, errorMeanings.APP_BLOCKED.remedy]).size, 3);
  });
  test('is waited for when the consent is young, and not when an hour has passed', () => {
    assert.match(refusal('APP_NOT_IN_TENANT', 7000229, 5).meaning ?? '', /5 minutes ago/);
    assert.equal(refusal('APP_NOT_IN_TENANT', 7000229, 60).meaning, errorMeanings.APP_NOT_IN_TENANT.meaning);
  });
});

describe('sending', () => {
  const free = { messagesInMinute: { used: 0, limit: 30 }, recipientsInDay: { used: 0, limit: 100 }, waiting: 0 };
  test('is held, out of recipients, paced, or free', () => {
    const hold = { by: 'service', since: noon, until: noon + 1000, code: 'SEND_THROTTLED' } as const;
    const of = (overrides: object) => limitsFinding({ ...free, ...overrides });
    assert.deepEqual(
      [
        of({ hold }),
        of({ recipientsInDay: { used: 100, limit: 100 } }),
        of({ messagesInMinute: { used: 30, limit: 30 } }),
        of({}),
      ].map(({ state, code }) => [state, code]),
      [
        ['failed', 'SEND_THROTTLED'],
        ['failed', 'MAILBOX_QUOTA'],
        ['warning', 'MAILBOX_PACED'],
        ['ok', undefined],
      ],
    );
  });
  test('has failed lately: of the mailbox it is a cause, of one mail a warning, and none once mail has left since', () => {
    const failures = (code: 'MAILBOX_FULL' | 'SEND_REJECTED') => [
      { code, at: noon, serviceCode: '554 5.2.2' },
      { code, at: noon - 1 },
    ];
    const full = recentFinding({ failures: failures('MAILBOX_FULL') });
    assert.deepEqual([full.state, full.code], ['failed', 'MAILBOX_FULL']);
    assert.match(full.answered ?? '', /^2 × MAILBOX_FULL; the newest .* \(554 5\.2\.2\)$/);
    assert.equal(recentFinding({ failures: failures('SEND_REJECTED') }).state, 'warning');
    assert.equal(recentFinding({ failures: failures('MAILBOX_FULL'), leftAt: noon + 1 }).state, 'ok');
    assert.equal(recentFinding({ failures: [] }).state, 'ok');
  });
});
