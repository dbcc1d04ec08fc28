import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chain } from '../../../../shared/checks/chain.ts';
import { checkReportAnswer } from '../../../../shared/checks/check-answer.ts';
import type { DoctorOptions } from '../../../../shared/checks/doctor.ts';
import type { CheckReport, Finding } from '../../../../shared/checks/finding.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aDoctor, aMailServer, aRecordedTenant, doctorOptions } from '../../../support/doctor.ts';
import { failing } from '../../../support/failing.ts';
import { aToken } from '../../../support/unsigned-token.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const mailbox = 'post@contoso.example';
const sendTo = 'ada@customer.example';
const run = (overrides: Partial<DoctorOptions> = {}, asked: object = { mailbox }): Promise<CheckReport> =>
  aDoctor(overrides).run({ tenant: contoso, ...asked });

const findingOf = ({ findings }: CheckReport, check: string): Finding => {
  const found = findings.find((one) => one.check === check);
  assert.ok(found);
  return found;
};
const states = (report: CheckReport, ...checks: string[]) => checks.map((check) => findingOf(report, check).state);

describe('a report', () => {
  test('has every check once, in the order of the chain, and is what the API describes', async () => {
    const report = await run();
    assert.deepEqual(
      report.findings.map(({ check }) => check),
      chain.map(({ check }) => check),
    );
    checkReportAnswer.parse(report);
    assert.deepEqual([report.verdict, report.cause], ['ok', null]);
  });

  test('has as cause the first that failed, though another one warns before it', async () => {
    const report = await run({
      reachGraph: () => Promise.resolve({ kind: 'reached', answered: 'HTTP 401', ahead: 90_000 }),
      servers: { imap: aMailServer('imap', { kind: 'refused', answered: 'NO' }) },
      findTenant: () => Promise.resolve(aRecordedTenant({ rights: ['Mail.Send', 'IMAP.AccessAsApp'] })),
    });
    assert.deepEqual(states(report, 'clock', 'imap-sign-in'), ['warning', 'failed']);
    assert.deepEqual([report.verdict, report.cause?.check], ['failed', 'imap-sign-in']);
  });

  test('has the first warning as cause where nothing failed', async () => {
    const report = await run({
      reachGraph: () => Promise.resolve({ kind: 'reached', answered: 'HTTP 401', ahead: -90_000 }),
    });
    assert.deepEqual([report.verdict, report.cause?.code], ['warning', 'CLOCK_WRONG']);
  });

  test('is logged by its cause, without the mailbox and the address to send to', async () => {
    const { log, lines } = recordingLog();
    await run({ log, recentMail: () => Promise.resolve({ failures: [] }) }, { mailbox, sendTo });
    assert.deepEqual(lines, [
      {
        level: 'information',
        event: 'doctor.ran',
        detail: { tenantId: contoso, verdict: 'ok', check: undefined, code: undefined },
      },
    ]);
  });
});

describe('nothing is asked that would be guessing', () => {
  for (const [what, overrides] of [
    ['Entra cannot be reached', { reachEntra: () => Promise.resolve({ kind: 'unreachable', answered: 'ECONNRESET' }) }],
    ['the clock is wrong', { reachEntra: () => Promise.resolve({ kind: 'reached', answered: '', ahead: 400_000 }) }],
    [
      'the app cannot prove itself',
      {
        credential: {
          ...doctorOptions().credential,
          credential: { kind: 'secret', proofs: failing('CREDENTIAL_UNUSABLE') },
        },
      },
    ],
    ['there is no such tenant', { lookUp: () => Promise.resolve({ kind: 'unknown', answered: 'AADSTS90002' }) }],
    ['the tenant was removed', { findTenant: () => Promise.resolve(aRecordedTenant({ state: 'removed' })) }],
  ] as const satisfies readonly (readonly [string, Partial<DoctorOptions>])[]) {
    test(`no token is asked for when ${what}`, async () => {
      let asked = 0;
      const freshToken = (): Promise<never> => {
        asked += 1;
        return Promise.reject(new Error('asked'));
      };
      const report = await run({ ...overrides, freshToken });
      assert.equal(asked, 0);
      assert.equal(report.verdict, 'failed');
      assert.deepEqual(states(report, 'consent', 'roles', 'graph-send', 'smtp-sign-in'), Array(4).fill('skipped'));
      assert.match(findingOf(report, 'consent').tried, new RegExp(`^Not tried: ${report.cause?.check} decides it`));
      // Our own tables need nobody else.
      assert.equal(findingOf(report, 'sending-limits').state, 'ok');
    });
  }

  test('no mailbox is asked for without a token, nor where the token lacks the right', async () => {
    const refused = await run({ freshToken: failing('APP_NOT_IN_TENANT', { detail: { aadsts: 7000229 } }) });
    assert.deepEqual([refused.cause?.check, refused.cause?.answered], ['consent', 'AADSTS7000229']);
    const signedIn: string[] = [];
    const server = (protocol: 'smtp' | 'imap' | 'pop') =>
      aMailServer(protocol, () => {
        signedIn.push(protocol);
        return { kind: 'in', answered: 'OK' };
      });
    const report = await run({
      servers: { smtp: server('smtp'), imap: server('imap'), pop: server('pop') },
      freshToken: (_, resource) =>
        Promise.resolve(aToken({ resource, roles: ['Mail.Send', 'Mail.ReadWrite', 'IMAP.AccessAsApp'] })),
    });
    assert.deepEqual(signedIn, ['imap']);
    assert.match(report.cause?.meaning ?? '', /lacks SMTP\.SendAsApp and POP\.AccessAsApp/);
    assert.match(findingOf(report, 'smtp-sign-in').tried, /lacks SMTP\.SendAsApp: see roles/);
  });

  test('nobody signs in to a mailbox that is not there, or is another tenant’s', async () => {
    for (const [overrides, code] of [
      [
        {
          mailboxRights: {
            send: failing('MAILBOX_NOT_FOUND', { detail: { status: 404 } }),
            read: failing('MAILBOX_NOT_FOUND'),
          },
        },
        'MAILBOX_NOT_FOUND',
      ],
      [
        {
          lookUp: (name: string) =>
            Promise.resolve({ kind: 'found' as const, tenantId: name.includes('.') ? fabrikam : contoso }),
        },
        'MAILBOX_OF_OTHER_TENANT',
      ],
    ] as const) {
      const report = await run(overrides);
      assert.equal(report.cause?.code, code);
      assert.deepEqual(states(report, 'smtp-sign-in', 'imap-sign-in', 'pop-sign-in'), Array(3).fill('skipped'));
    }
  });

  test('a message is sent only when nothing failed, and its result stands for what failed before', async () => {
    let sent = 0;
    const sendMessage = {
      graph: () => {
        sent += 1;
        return Promise.resolve('accepted');
      },
    };
    const recentMail = () => Promise.resolve({ failures: [{ code: 'MAILBOX_FULL', at: noon }] as const });
    const report = await run({ sendMessage, recentMail }, { mailbox, sendTo });
    assert.deepEqual([sent, report.verdict], [1, 'ok']);
    assert.deepEqual(states(report, 'recent-failures', 'real-message'), ['skipped', 'ok']);
    const without = await run({ sendMessage, recentMail });
    assert.deepEqual([sent, without.cause?.code], [1, 'MAILBOX_FULL']);
    const held = { by: 'operator', since: noon, code: 'MAILBOX_HELD' } as const;
    const use = { used: 0, limit: 1 };
    const limitsOf = () => Promise.resolve({ messagesInMinute: use, recipientsInDay: use, waiting: 0, hold: held });
    const blocked = await run({ sendMessage, limitsOf }, { mailbox, sendTo });
    assert.deepEqual([sent, blocked.cause?.code], [1, 'MAILBOX_HELD']);
    assert.match(findingOf(blocked, 'real-message').tried, /sending-limits is to be mended first/);
  });
});

describe('what was asked of the tenant', () => {
  test('is what it is held to: without a right on Exchange no mail server is asked', async () => {
    const report = await run({
      findTenant: () => Promise.resolve(aRecordedTenant({ rights: ['Mail.Send'] })),
      servers: {},
      freshToken: (_, resource) =>
        resource === 'graph' ? Promise.resolve(aToken()) : Promise.reject(new Error('asked for Exchange')),
    });
    assert.equal(report.verdict, 'ok', JSON.stringify(report.cause));
    assert.deepEqual(states(report, 'exchange-consent', 'smtp-connection', 'graph-read'), Array(3).fill('skipped'));
  });

  test('where nobody wrote it down, what was granted is looked at, and a tenant without Exchange is none the worse', async () => {
    const { rights: _, ...unwritten } = aRecordedTenant();
    const findTenant = () => Promise.resolve(unwritten);
    assert.deepEqual(states(await run({ findTenant }), 'roles', 'smtp-sign-in'), ['ok', 'ok']);
    const report = await run({
      findTenant,
      freshToken: (_id, resource) =>
        resource === 'graph'
          ? Promise.resolve(aToken())
          : failing('RESOURCE_NOT_IN_TENANT', { detail: { aadsts: 500011 } })(),
    });
    assert.deepEqual([report.verdict, findingOf(report, 'exchange-consent').state], ['ok', 'skipped']);
  });

  test('is found wanting in a token without roles, unless Graph takes the mailbox all the same', async () => {
    const freshToken = () => Promise.resolve(aToken({ roles: [] }));
    const findTenant = () => Promise.resolve(aRecordedTenant({ rights: ['Mail.Send'] }));
    const forbidden = {
      send: failing('SEND_FORBIDDEN', { detail: { status: 403 } }),
      read: failing('MAIL_READ_MISSING'),
    };
    const refused = await run({ freshToken, findTenant, mailboxRights: forbidden });
    assert.deepEqual([refused.cause?.check, refused.cause?.code], ['roles', 'ROLE_MISSING']);
    assert.match(refused.cause?.meaning ?? '', /Delegated in place of Application/);
    assert.equal((await run({ freshToken, findTenant })).verdict, 'ok');
    assert.equal((await run({ freshToken, findTenant }, {})).cause?.code, 'ROLE_MISSING');
  });

  test('is not asked of a tenant that this installation does not know: that is the cause where Entra is content', async () => {
    const report = await run({ findTenant: () => Promise.resolve(undefined) });
    assert.deepEqual([report.cause?.check, report.cause?.code], ['tenant-record', 'TENANT_UNKNOWN']);
    const without = await run({
      findTenant: () => Promise.resolve(undefined),
      freshToken: failing('APP_NOT_IN_TENANT'),
    });
    assert.equal(without.cause?.check, 'consent');
  });
});
