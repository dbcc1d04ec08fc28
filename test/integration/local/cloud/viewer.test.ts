/** The policy of the portal's pages, the mailboxes and the mail jobs. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { JobOutcome } from '../../../../local/cloud/viewer/viewer.ts';
import { customers, vendor } from '../../../support/cloud.ts';
import { aFile, anna, outsider, recipient, sender } from './graph-requests.ts';
import { cells, hostile, html, startTestViewer, type TestViewer } from './viewer-pages.ts';

let outcomes: () => Promise<JobOutcome[]> = async () => [];
let shown: TestViewer;
before(async () => {
  shown = await startTestViewer({ outcomes: () => outcomes() });
});
after(() => shown.stop());
beforeEach(() => {
  shown.cloud.state.messages.length = 0;
});

/** Every page that is about nothing in particular, and one of each kind that is. */
const pages = [
  '/',
  '/tenants',
  `/tenants/${customers.contoso.id}`,
  '/apps',
  `/apps/${vendor.appId}`,
  '/mailboxes',
  '/vault',
  '/journal',
  '/faults',
  '/jobs',
];

describe('policy', () => {
  test('forbids on every page whatever is not its own, and scripts altogether', async () => {
    const id = await shown.deliver(html('<p>Hello</p>'));
    for (const path of [...pages, `/mailboxes/${anna}`, `/messages/${id}`, '/nothing']) {
      const { headers } = await shown.get(path);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-src 'self'/);
      assert.doesNotMatch(policy, /script-src|unsafe|\*|https?:/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
    }
  });

  test('loads nothing from outside: every link and source is a path of its own', async () => {
    const id = await shown.deliver({ ...html('<img src="https://elsewhere.example/a.gif">'), attachments: [aFile()] });
    for (const path of [...pages, `/mailboxes/${anna}`, `/messages/${id}`]) {
      const root = await shown.page(path);
      assert.deepEqual(root.querySelectorAll('script, img, object, embed'), []);
      for (const element of root.querySelectorAll('[href], [src]')) {
        assert.match(element.getAttribute('href') ?? element.getAttribute('src') ?? '', /^(\/(?!\/)|#)/);
      }
    }
    assert.match((await shown.get('/viewer.css')).headers.get('content-type') ?? '', /^text\/css/);
  });
});

describe('mailboxes', () => {
  test('counts the messages of each mailbox and of those outside', async () => {
    await shown.deliver({ toRecipients: [recipient(anna), recipient(outsider)] });
    await shown.deliver({});
    const root = await shown.page('/mailboxes');
    assert.deepEqual(cells(root, 'Mailboxes: Contoso'), [
      [sender, '0', '2'],
      [anna, '2', '0'],
    ]);
    assert.deepEqual(cells(root, 'Mailboxes: Outside'), [[outsider, '1', '0']]);
    const links = root.querySelectorAll('table a').map((link) => link.getAttribute('href'));
    assert.ok(links.includes(`/mailboxes/${encodeURIComponent(outsider)}`));
  });
});

describe('mailbox', () => {
  test('lists its own messages, newest first, with folder, sender and recipients', async () => {
    await shown.deliver({
      subject: 'First',
      toRecipients: [recipient(sender, 'Post'), recipient(anna), recipient(outsider)],
    });
    await shown.deliver({ subject: 'Second' });
    const rows = cells(await shown.page(`/mailboxes/${encodeURIComponent(sender.toUpperCase())}`), 'Messages');
    assert.deepEqual(
      rows.map((row) => row.slice(0, 4)),
      [
        ['Second', `Post <${sender}>`, anna, 'Sent Items'],
        ['First', `Post <${sender}>`, `Post <${sender}> and 2 more`, 'Inbox'],
        ['First', `Post <${sender}>`, `Post <${sender}> and 2 more`, 'Sent Items'],
      ],
    );
    assert.match(rows[0]?.[4] ?? '', /^\d{1,2} \w+ \d{4}, \d\d:\d\d:\d\d$/);
  });

  test('shows an empty mailbox and one outside, and not one that nobody wrote to', async () => {
    assert.match((await shown.page(`/mailboxes/${anna}`)).text, /No messages yet/);
    await shown.page(`/mailboxes/${outsider}`, 404);
    await shown.deliver({ toRecipients: [recipient(outsider)] }, outsider);
    assert.equal(cells(await shown.page(`/mailboxes/${outsider}`), 'Messages').length, 1);
  });
});

describe('jobs', () => {
  test('lists outcomes, latest first, with the name of the tenant', async () => {
    const stranger = crypto.randomUUID();
    outcomes = async () => [
      { id: 'old', tenantId: stranger, state: 'sent', tries: 1, updatedAt: Date.UTC(2026, 0, 1) },
      {
        id: hostile,
        tenantId: customers.contoso.id,
        state: 'failed',
        code: 'MAILBOX_NOT_FOUND',
        remedy: hostile,
        tries: 2,
        updatedAt: Date.UTC(2026, 0, 2),
      },
    ];
    const root = await shown.page('/jobs');
    assert.deepEqual(
      cells(root, 'Mail jobs').map((row) => row.slice(0, 6)),
      [
        [hostile, 'Contoso', 'failed', 'MAILBOX_NOT_FOUND', hostile, '2'],
        ['old', stranger, 'sent', '', '', '1'],
      ],
    );
    assert.equal(root.querySelector('tbody time')?.getAttribute('datetime'), '2026-01-02T00:00:00.000Z');
    assert.deepEqual(root.querySelectorAll('script, img'), []);
  });

  test('says so when there are none and when they cannot be read', async () => {
    outcomes = async () => [];
    assert.match((await shown.page('/jobs')).text, /No job has an outcome yet/);
    outcomes = () => Promise.reject(new Error('secret connection string'));
    const text = (await shown.page('/jobs', 503)).text;
    assert.match(text, /cannot be read now/);
    assert.doesNotMatch(text, /secret/);
  });
});
