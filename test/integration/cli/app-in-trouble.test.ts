/** The commands against an app that goes away, loses a mail job or answers in small pages, and options that fit no case. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { tenantpost } from '../../support/command.ts';

const tenant = '11111111-aaaa-4aaa-8aaa-111111111111';
const at = '2026-02-01T08:00:00.000Z';
const lost = { code: 'JOB_NOT_FOUND', detail: 'There is no mail job of this id.', remedy: 'Look at the id.' };

/** What each request is answered with, by method and path. */
let answers: Record<string, (query: URLSearchParams) => readonly [status: number, body: unknown]> = {};
let seen: string[] = [];
const server = createServer((request, response) => {
  const { pathname, search, searchParams } = new URL(request.url ?? '', 'http://localhost');
  seen.push(`${request.method} ${pathname}${search}`);
  const [status, body] = answers[`${request.method} ${pathname}`]?.(searchParams) ?? [404, {}];
  response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
});
let app: string[];
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  app = ['--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
});
beforeEach(() => {
  [answers, seen] = [{}, []];
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const taken = (state: string) => () => [202, { tenant, id: 'one', state, transport: 'graph' }] as const;
const send = (...more: string[]) =>
  tenantpost([
    ...['send', ...app, '--tenant', tenant, '--from', 'a@contoso.example', '--to', 'b@customer.example'],
    ...['--text', 'x', '--id', 'one', ...more],
  ]);

describe('send', () => {
  test('that is followed says that the app has the mail when the app goes away meanwhile', async () => {
    answers = {
      'POST /api/mail-jobs': taken('scheduled'),
      [`GET /api/mail-jobs/${tenant}/one`]: () => [502, '<h1>Bad gateway</h1>'],
    };
    const { code, stdout, stderr } = await send('--wait');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, new RegExp(`answered 502\\. The app has the mail: tenantpost status ${tenant} one$`, 'm'));
  });

  test('waits no longer than --timeout for a mail job that nobody knows any more', async () => {
    answers = {
      'POST /api/mail-jobs': taken('scheduled'),
      [`GET /api/mail-jobs/${tenant}/one`]: () => [404, lost],
    };
    const { code, stderr } = await send('--wait', '--timeout', '1');
    assert.equal(code, 3);
    assert.match(stderr, /^JOB_NOT_FOUND: /m);
  });

  test('under an id of which more is known ends by that, and with 0 while it is under way or sent', async () => {
    for (const [state, expected] of [
      ['unknown', 5],
      ['cancelled', 3],
      ['scheduled', 0],
      ['sent', 0],
    ] as const) {
      answers = { 'POST /api/mail-jobs': taken(state) };
      assert.equal((await send()).code, expected, state);
    }
  });

  for (const [what, argv, expected] of [
    ['--no-save beside --job', ['--job', 'mail.json', '--no-save'], /--no-save: .* saveToSentItems/],
    ['--authority without --client-id', ['--authority', 'https://x.example'], /--authority: goes with --client-id/],
    ['--cloud without --client-id', ['--cloud', 'usgov'], /--cloud: goes with --client-id/],
  ] as const) {
    test(`refuses ${what}, which would do nothing`, async () => {
      const { code, stderr } = await tenantpost(['send', ...app, ...argv]);
      assert.equal(code, 2);
      assert.match(stderr, expected);
      assert.deepEqual(seen, []);
    });
  }
});

test('doctor --send says that the message may have been sent when the answer is lost', async () => {
  answers = { [`POST /api/tenants/${tenant}/checks`]: () => [504, ''] };
  const argv = ['doctor', ...app, tenant, 'a@contoso.example'];
  assert.match(
    (await tenantpost([...argv, '--send', 'b@customer.example'])).stderr,
    /The message may have been sent\.$/m,
  );
  assert.doesNotMatch((await tenantpost(argv)).stderr, /may have been sent/);
});

test('poison --code reads whole pages, however few are wanted', async () => {
  const entry = (id: number, code: string) => ({
    ...{ tenant, id: `job-${id}`, transport: 'graph', at, code },
    ...{ meaning: 'm', message: 'm', remedy: 'r', owner: 'operator' },
  });
  const all = Array.from({ length: 700 }, (_, id) => entry(id, id >= 600 ? 'MAILBOX_FULL' : 'SEND_FORBIDDEN'));
  answers = {
    'GET /api/poison': (query) => {
      const from = Number(query.get('continuation') ?? '0');
      const end = from + Number(query.get('limit'));
      return [200, { items: all.slice(from, end), ...(end < all.length && { continuation: String(end) }) }];
    },
  };
  const { code, stdout } = await tenantpost(['poison', ...app, '--code', 'mailbox_full', '--limit', '2', '--json']);
  assert.equal(code, 4);
  const { items, complete } = JSON.parse(stdout) as { items: { id: string }[]; complete: boolean };
  assert.deepEqual([items.map(({ id }) => id), complete], [['job-600', 'job-601'], false]);
  assert.equal(seen.length, 2);
});
