/** `tenantpost credential` as a process, against a server that answers as the app does, and as others do. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../../local/free-port.ts';
import { waitFor } from '../../../local/wait.ts';
import { type CredentialReport, reportCredential } from '../../../shared/checks/credential-report.ts';
import { hours, minutes } from '../../../shared/clock.ts';
import { TenantpostError } from '../../../shared/errors.ts';
import { problem } from '../../../shared/host/http.ts';
import { noon } from '../../support/clock.ts';
import { start, tenantpost } from '../../support/command.ts';
import { aCredential, aProof, MemoryCredentialRecord } from '../../support/credential.ts';

type Answer = (response: ServerResponse) => void;

const seen: IncomingMessage[] = [];
let answer: Answer;
const server = createServer((request, response) => {
  seen.push(request);
  answer(response);
});
let url: string;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const json =
  (body: unknown, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const expiresAt = noon + 100 * 24 * hours;
const next = aProof('next', { expiresAt, registeredAs: 'AB12' });
const old = aProof('old', { expiresAt, registeredAs: 'CD34' });

/** What the app itself would answer, with the uses so long ago (milliseconds). */
async function aReport(ago: { next?: number; old?: number }): Promise<CredentialReport> {
  const record = new MemoryCredentialRecord();
  for (const [proofId, since] of Object.entries(ago)) {
    await record.noteUse({ proofId, kind: 'certificate', usedAt: noon - 2 * hours });
    await record.noteUse({ proofId, kind: 'certificate', usedAt: noon - since });
  }
  return reportCredential({ credential: aCredential([next, old]), record, refreshSeconds: 600, now: () => noon });
}

describe('tenantpost credential', () => {
  test('ends with 0 and names what may be removed, when nothing old is in use any more', async () => {
    answer = json(await aReport({ next: 1 * minutes, old: 1 * hours }));
    const { code, stdout, stderr } = await tenantpost(['credential', '--url', url, '--key', 'k']);
    assert.deepEqual([code, stderr], [0, '']);
    const expected = [
      'As of 2026-11-22T12:00:00.000Z, newest first:',
      '',
      'certificate next',
      '  registered as  AB12',
      '  state          in use, last at 2026-11-22T11:59:00.000Z',
      '  expires        2027-03-02T12:00:00.000Z (100 days left)',
      '  remove it?     no',
      '                 It is the newest that Entra accepts.',
      '',
      'certificate old',
      '  registered as  CD34',
      '  state          not used since 2026-11-22T11:00:00.000Z',
      '  expires        2027-03-02T12:00:00.000Z (100 days left)',
      '  remove it?     yes',
      '                 A newer one is in use, and this one has not been used for longer than any process could hold it.',
      '',
      'Nothing old is in use any more. May be removed from the app registration:',
      '  certificate CD34',
      '',
    ];
    assert.deepEqual(stdout.split('\n'), expected);
  });

  test('ends with 3 and says until when, while the old one is in use', async () => {
    answer = json(await aReport({ next: 1 * minutes, old: 5 * minutes }));
    const { code, stdout } = await tenantpost(['credential', '--url', url]);
    assert.equal(code, 3);
    assert.match(stdout, /remove it\? {5}not before 2026-11-22T12:30:00\.000Z, and only if it is not used again/);
    assert.match(stdout, /Something old is needed, or may be\. Leave it in the app registration\.\n$/);
  });

  test('ends with 3 and says what to do, while Entra does not know the next one', async () => {
    answer = json(await aReport({ old: 5 * minutes }));
    const { code, stdout } = await tenantpost(['credential', '--url', url]);
    assert.equal(code, 3);
    assert.match(stdout, /next: not accepted by Entra yet[^]*Register its public part/);
  });

  test('says of another kind of credential than the one before what each is', async () => {
    const record = new MemoryCredentialRecord();
    await record.noteUse({ proofId: 'identity', kind: 'managed-identity', usedAt: noon - 1 * hours });
    await record.noteUse({ proofId: 'identity', kind: 'managed-identity', usedAt: noon });
    await record.noteUse({ proofId: 'old', kind: 'certificate', usedAt: noon - 2 * hours, registeredAs: 'CD34' });
    await record.noteUse({ proofId: 'setting-0a1b2c3d', kind: 'secret', usedAt: noon - 3 * hours });
    const credential = aCredential([aProof('identity')], 'managed-identity');
    answer = json(await reportCredential({ credential, record, refreshSeconds: 600, now: () => noon }));
    const { code, stdout } = await tenantpost(['credential', '--url', url]);
    assert.equal(code, 0);
    assert.deepEqual(
      stdout.split('\n').filter((line) => /^\S/.test(line)),
      [
        'As of 2026-11-22T12:00:00.000Z, newest first:',
        'managed identity identity',
        'certificate old (gone from the vault, or of former settings)',
        'secret setting-0a1b2c3d (gone from the vault, or of former settings)',
        'Nothing old is in use any more. May be removed from the app registration:',
      ],
    );
  });

  test('prints the whole answer for programs with --json, and ends as without', async () => {
    const report = await aReport({ next: 1 * minutes, old: 5 * minutes });
    answer = json(report);
    const { code, stdout } = await tenantpost(['credential', '--json', '--url', `${url}/somewhere`]);
    assert.equal(code, 3);
    assert.deepEqual(JSON.parse(stdout), report);
  });

  test('takes address and key from the environment, and the options before it', async () => {
    answer = json(await aReport({ next: 0 }));
    for (const [argv, key] of [
      [[], 'from-environment'],
      [['--key', 'given'], 'given'],
    ] as const) {
      seen.length = 0;
      const { stdout, stderr } = await tenantpost(['credential', ...argv], {
        TPCLI_URL: url,
        TPCLI_KEY: 'from-environment',
      });
      assert.deepEqual(
        seen.map(({ url: path, method, headers }) => [method, path, headers['x-functions-key']]),
        [['GET', '/api/credential', key]],
      );
      assert.doesNotMatch(stdout + stderr, new RegExp(key));
    }
  });
});

describe('an app that gives no answer to use ends it with 1 and a sentence that says what to do', () => {
  const storageIsDown = problem(new TenantpostError('STORAGE_UNAVAILABLE', 'Storage failed to read the record.'));
  for (const [what, key, broken, expected] of [
    ['no key', [], json('', 401), /answered 401: it wants a key: give --key, or set TPCLI_KEY\.$/m],
    ['a wrong key', ['--key', 'k'], json('', 401), /answered 401: the key is not one that it takes\.$/m],
    [
      'storage that is down',
      [],
      json(JSON.parse(String(storageIsDown.body)), storageIsDown.status),
      /^STORAGE_UNAVAILABLE: .*answered 503: Storage failed to read the record\.\n {2}remedy {4}\S/,
    ],
    ['another app', [], json({ hello: 'world' }), /not understood/],
    ['a page', [], (response) => response.writeHead(200).end('<h1>secret</h1>'), /not understood/],
    ['a proxy', [], (response) => response.writeHead(502).end('secret'), /answered 502\.$/m],
    ['a redirect', ['--key', 'k'], (response) => response.writeHead(302, { location: '/' }).end(), /answered 302\.$/m],
    ['a cut connection', [], (response) => response.destroy(), /did not answer: .+\.$/m],
  ] as const satisfies readonly [string, readonly string[], Answer, RegExp][]) {
    test(what, async () => {
      answer = broken;
      seen.length = 0;
      const { code, stdout, stderr } = await tenantpost(['credential', '--url', url, ...key]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /secret|\n {4}at /);
      assert.equal(seen.length, 1);
    });
  }

  test('nobody at the address', async () => {
    const { code, stderr } = await tenantpost(['credential', '--url', `http://127.0.0.1:${await freePort()}`]);
    assert.equal(code, 1);
    assert.match(stderr, /did not answer: .*ECONNREFUSED/);
  });
});

describe('wrong usage ends it with 2, says what was wrong, and asks nobody', () => {
  for (const [what, argv, expected] of [
    ['an unknown option', ['--uri', 'x'], /^Unknown argument: uri\.\nTry: tenantpost credential --help\n$/],
    ['an argument', ['x'], /^Unknown argument: x\./],
    ['a key of two lines', ['--url', 'http://localhost', '--key', 'my\nkey'], /^--key .* is not a key/],
    ['a key that is none', ['--url', 'http://localhost', '--key', 'my€key'], /^--key .* is not a key/],
    ['an address twice', ['--url', 'http://localhost', '--url', 'http://localhost'], /^--url is given twice\./],
    ['no address', [], /Give --url, or set TPCLI_URL/],
    ['no address at all', ['--url', 'contoso-mail'], /must be an https address/],
    ['an address that is not encrypted', ['--url', 'http://contoso.example'], /must be an https address/],
  ] as const) {
    test(what, async () => {
      seen.length = 0;
      const { code, stdout, stderr } = await tenantpost(['credential', ...argv]);
      assert.deepEqual([code, stdout, seen.length], [2, '', 0]);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /\n {4}at |my.?key/s);
    });
  }
});

test('what the app says is printed without what would move the cursor', async () => {
  const report = await aReport({ next: 1 * minutes });
  answer = json({ ...report, checkedAt: '2026\u001b[2J\u009b31m\u202e' });
  const text = await tenantpost(['credential', '--url', url]);
  assert.match(text.stdout, /^As of 2026\ufffd\[2J\ufffd31m\ufffd/);
  const document = await tenantpost(['credential', '--url', url, '--json']);
  assert.doesNotMatch(document.stdout, /[\u001b\u009b\u202e]/);
  assert.deepEqual(JSON.parse(document.stdout), { ...report, checkedAt: '2026\u001b[2J\u009b31m\u202e' });
});

test('Ctrl-C while the app is silent ends it with 130', async () => {
  answer = () => {};
  seen.length = 0;
  const running = start(['credential', '--url', url]);
  await waitFor('the request', () => seen[0]);
  running.signal();
  const { code, stdout, stderr } = await running.ended;
  assert.deepEqual([code, stdout, stderr], [130, '', 'Stopped.\n']);
});
