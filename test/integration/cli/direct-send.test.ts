/** `tenantpost send --client-id` as a process: mail straight to the local cloud, over Graph and over SMTP. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { makeServerCertificate } from '../../../local/cloud/certificate-authority.ts';
import { runCmdlets } from '../../../local/cloud/exchange/run-cmdlets.ts';
import { customers, enterpriseAppIn, vendor } from '../../support/cloud.ts';
import { start, tenantpost } from '../../support/command.ts';
import { overridden, startDirectCase } from '../../support/direct.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';

const direct = await startDirectCase();
after(() => direct.stop());
const { cloud } = direct;
const { contoso } = customers;
const outlook = 'https://outlook.office365.com';
const post = `post@${contoso.domain}`;

const enterpriseApp = enterpriseAppIn(cloud, contoso.id);
assert.ok(enterpriseApp);
enterpriseApp.grantedAppRoles.push({ resource: outlook, role: 'SMTP.SendAsApp' });
enterpriseApp.grantedAppRoles.push({ resource: 'https://graph.microsoft.com', role: 'Mail.ReadWrite' });

const result = z.strictObject({
  tenant: z.string(),
  id: z.string(),
  state: z.literal('sent'),
  transport: z.string(),
  requestId: z.string().optional(),
});

const mail = (subject: string, to = 'ada@customer.example'): string[] => [
  ...['--from', post, '--to', to, '--subject', subject],
];

/** @returns how it ended; neither secret nor token nor recipient is ever printed. */
async function send(argv: readonly string[], variables = direct.withSecret, input?: string) {
  const ended = await tenantpost(['send', ...direct.options, ...argv], variables, input);
  const said = `${ended.stdout}${ended.stderr}`;
  assert.ok(!said.includes(direct.secret) && !said.includes('eyJ'), said);
  assert.doesNotMatch(said, /ada@customer|\n {4}at /);
  return ended;
}

const copiesOf = (subject: string) => cloud.state.messages.filter((message) => message.subject === subject);
const sendsOf = (service: 'graph' | 'smtp') => cloud.journal.find({ service }).length;

describe('tenantpost send --client-id sends one mail', () => {
  test('over Graph with a secret, to a tenant that is named by its domain', async () => {
    const { code, stdout, stderr } = await send(['--tenant', contoso.domain, ...mail('direct 1'), '--text', 'Hello.']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Sent\. Graph took it\.\n {2}tenant +11111111-[^]*request-id +\S+\n$/);
    assert.equal(copiesOf('direct 1').length, 2);
  });

  test('with HTML from a file, text from standard input, an attachment, cc, bcc and names', async () => {
    const html = direct.file('body.html', '<p>Grüße</p>');
    const attached = direct.file('rechnung ü.pdf', 'pdf');
    const { code, stdout, stderr } = await send(
      [
        ...[
          '--tenant',
          contoso.id,
          '--json',
          ...mail('direct 2', 'Ada <ada@customer.example>'),
          '--cc',
          `anna@${contoso.domain}`,
        ],
        ...['--bcc', 'bob@customer.example', '--reply-to', post, '--importance', 'high', '--id', 'direct-2'],
        ...['--text-file', '-', '--html-file', html, '--attach', attached],
      ],
      direct.withSecret,
      'Grüße',
    );
    assert.equal(code, 0, stderr);
    const told = result.parse(JSON.parse(stdout));
    assert.deepEqual([told.tenant, told.id, told.transport], [contoso.id, 'direct-2', 'graph']);
    const [sent] = copiesOf('direct 2');
    assert.ok(sent);
    assert.match(JSON.stringify(sent), /rechnung ü\.pdf/);
    assert.match(JSON.stringify(sent), /"Ada"/);
  });

  test('over SMTP with a certificate', async () => {
    const objectId = enterpriseApp.objectId;
    const { error } = runCmdlets(
      cloud,
      `Connect-ExchangeOnline -Organization ${contoso.id}
       New-ServicePrincipal -AppId ${vendor.appId} -ObjectId ${objectId} -DisplayName "Mailworks Post"
       Add-MailboxPermission -Identity "${post}" -User ${objectId} -AccessRights FullAccess
       Add-RecipientPermission -Identity "${post}" -Trustee ${objectId} -AccessRights SendAs -Confirm:$false
       Set-TransportConfig -SmtpClientAuthenticationDisabled $false`,
    );
    assert.equal(error, undefined);
    const { pem, keyPem } = await direct.certificate();
    const file = direct.file('app.pem', pem + keyPem);
    const { code, stdout, stderr } = await send(
      ['--tenant', contoso.id, '--transport', 'smtp', '--certificate', file, ...mail('direct 3'), '--text', 'Hello.'],
      direct.variables,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Sent\. The SMTP server took it\./);
    assert.ok(copiesOf('direct 3').length > 0);
  });

  test('of more than 3 MB by an upload, where the app may write to the mailbox', async () => {
    const large = direct.file('large.bin', Buffer.alloc(3_500_000, 7));
    const { code, stderr } = await send([
      '--tenant',
      contoso.id,
      ...mail('direct 4'),
      '--text',
      'x',
      '--attach',
      large,
    ]);
    assert.equal(code, 0, stderr);
    assert.ok(copiesOf('direct 4').length > 0);
  });

  test('that stands in a file as a whole mail job', async () => {
    const job = {
      version: 1,
      id: 'direct-5',
      tenant: contoso.id,
      from: post,
      to: ['ada@customer.example'],
      subject: 'direct 5',
      text: 'x',
    };
    const { code, stdout, stderr } = await send(['--json', '--job', '-'], direct.withSecret, JSON.stringify(job));
    assert.equal(code, 0, stderr);
    assert.equal(result.parse(JSON.parse(stdout)).id, 'direct-5');
    assert.equal(copiesOf('direct 5').length, 2);
  });
});

describe('what Microsoft refuses ends it with 3, and is said with remedy and owner', () => {
  for (const [what, argv, expected] of [
    [
      'a mailbox that does not exist',
      ['--from', `nobody@${contoso.domain}`],
      /^MAILBOX_NOT_FOUND: [^]*remedy [^]*by whom/,
    ],
    [
      'a mailbox of another tenant',
      ['--from', `post@${customers.fabrikam.domain}`],
      /^(MAILBOX_NOT_FOUND|SEND_FORBIDDEN): /,
    ],
    ['a tenant that never consented', ['--tenant', customers.fabrikam.id], /^APP_NOT_IN_TENANT: /],
  ] as const) {
    test(what, async () => {
      const base = [
        '--tenant',
        contoso.id,
        '--to',
        'ada@customer.example',
        '--subject',
        what,
        '--text',
        'x',
        '--from',
        post,
      ];
      const { code, stdout, stderr } = await send(overridden(base, argv));
      assert.deepEqual([code, stdout], [3, ''], stderr);
      assert.match(stderr, expected);
      assert.equal(copiesOf(what).length, 0);
    });
  }

  test('SMTP without the permission is refused as such', async () => {
    const other = ['--from', `anna@${contoso.domain}`, '--tenant', contoso.id, '--transport', 'smtp', '--text', 'x'];
    const { code, stderr } = await send(overridden(mail('denied'), other));
    assert.equal(code, 3);
    assert.match(stderr, /^SMTP_AUTH_REFUSED: /);
  });
});

describe('what is wrong about the mail ends it with 2, and nobody is asked', () => {
  for (const [what, argv, expected] of [
    ['no sender', ['--to', 'a@x.example', '--text', 'x'], /^--from: /],
    ['no recipient', ['--from', post, '--text', 'x'], /^--to: /],
    ['no content', mail('x'), /^--text: /],
    [
      'a recipient that is none',
      [...mail('x', 'ada'), '--text', 'x'],
      /^JOB_INVALID: [^]*field {5}\/to\/0: expected a mail address/,
    ],
    ['an id that is none', [...mail('x'), '--text', 'x', '--id', 'a b'], /^JOB_INVALID: [^]*\/id/],
    [
      'a file that is not there',
      [...mail('x'), '--text', 'x', '--attach', 'nowhere.pdf'],
      /--attach: the file nowhere\.pdf cannot be read/,
    ],
    ['a body that is no UTF-8', [...mail('x'), '--text-file', '-'], /--text-file: the file is no text in UTF-8/],
    ['a job that is no JSON', ['--job', '-'], /--job: the file holds no JSON object/],
    ['options for the app', [...mail('x'), '--text', 'x', '--wait'], /are for the app/],
    ['a time to wait for', ['--job', '-'], /sent at once/],
  ] as const) {
    test(what, async () => {
      const before = [sendsOf('graph'), sendsOf('smtp')];
      const later = { version: 1, from: post, to: ['a@x.example'], text: 'x', notBefore: '2030-01-01T00:00:00Z' };
      const input = what === 'a time to wait for' ? JSON.stringify(later) : '\xff\xfe{';
      const ended = await tenantpost(
        ['send', ...direct.options, '--tenant', contoso.id, ...argv],
        direct.withSecret,
        what === 'a body that is no UTF-8' ? Buffer.from([0xff, 0xfe]) : input,
      );
      assert.deepEqual([ended.code, ended.stdout], [2, ''], ended.stderr);
      assert.match(ended.stderr, expected);
      assert.deepEqual([sendsOf('graph'), sendsOf('smtp')], before);
    });
  }
});

describe('what nobody can tell', () => {
  test('a send whose answer is lost ends with 5: the mail may have left', async () => {
    cloud.faults.add({ service: 'graph', operation: 'sendMail', times: 1, fault: { kind: 'cut', when: 'after' } });
    const { code, stderr } = await send(['--tenant', contoso.id, ...mail('lost'), '--text', 'x']);
    assert.equal(code, 5, stderr);
    assert.match(stderr, /^SEND_UNCONFIRMED: /);
    assert.equal(copiesOf('lost').length, 2);
  });

  test('Ctrl-C while the mail is under way waits for the answer, and says that it was sent', async () => {
    const fault = { kind: 'slow', milliseconds: 5_000, when: 'before' } as const;
    cloud.faults.add({ service: 'graph', operation: 'sendMail', times: 1, fault });
    const running = start(
      ['send', ...direct.options, '--tenant', contoso.id, ...mail('slow'), '--text', 'x'],
      direct.withSecret,
    );
    await running.sees(/^Sending$/m);
    running.signal();
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Sent\./);
    assert.match(stderr, /under way: only the answer tells whether it left/);
    assert.equal(copiesOf('slow').length, 2);
  });

  test('Ctrl-C while the mail is under way hides no answer that is lost then: 5 all the same', async () => {
    const { ca, ...tls } = await makeServerCertificate();
    const asked = Promise.withResolvers<Socket>();
    const graph = await startScriptedServer({ tls, answer: (_response, _request, socket) => asked.resolve(socket) });
    try {
      const running = start(
        [
          ...['send', ...overridden(direct.options, ['--graph-url', graph.url]), '--tenant', contoso.id],
          ...[...mail('lost after Ctrl-C'), '--text', 'x'],
        ],
        {
          ...direct.withSecret,
          NODE_EXTRA_CA_CERTS: direct.file('cas.pem', `${readFileSync(cloud.caFile, 'utf8')}\n${ca}`),
        },
      );
      await running.sees(/^Sending$/m);
      const socket = await asked.promise;
      running.signal();
      await running.sees(/under way: only the answer tells/);
      socket.destroy();
      const { code, stdout, stderr } = await running.ended;
      assert.deepEqual([code, stdout], [5, ''], stderr);
      assert.match(stderr, /^SEND_UNCONFIRMED: /m);
    } finally {
      await graph.stop();
    }
  });

  test('Ctrl-C before that leaves nothing: 130, and no mail', async () => {
    const fault = { kind: 'slow', milliseconds: 9_000, when: 'before' } as const;
    cloud.faults.add({ service: 'entra', operation: 'token', times: 1, fault });
    const running = start(
      ['send', ...direct.options, '--tenant', contoso.id, ...mail('stopped'), '--text', 'x', '--json'],
      direct.withSecret,
    );
    await running.sees(/^Getting a token$/m);
    running.signal();
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 130);
    assert.match(stderr, /^Stopped\.$/m);
    assert.deepEqual(JSON.parse(stdout), { error: { message: 'Stopped.', exitCode: 130 } });
    assert.equal(copiesOf('stopped').length, 0);
  });
});
