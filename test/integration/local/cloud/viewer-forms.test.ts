/** The forms of the portal: what they do, and whose they must be. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { faultPresets } from '../../../../local/cloud/faults/presets.ts';
import { customers, enterpriseAppIn, requestToken, vendor } from '../../../support/cloud.ts';
import { asked } from './fault-requests.ts';
import { aMessage, send, sender } from './graph-requests.ts';
import { cells, oneLine, startTestViewer } from './viewer-pages.ts';

const shown = await startTestViewer();
after(() => shown.stop());
const { cloud } = shown;
const { contoso, fabrikam } = customers;
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
});

type Page = Awaited<ReturnType<typeof shown.page>>;
const note = (root: Page): string => oneLine(root.querySelector('.note') ?? assert.fail('The page says nothing.'));
const isBad = (root: Page): boolean => root.querySelector('.note.bad[role=alert]') !== null;

describe('whose a form must be', () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    cloud.fetch(`${cloud.urls.portal}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });

  test('without the token of this run nothing is done', async () => {
    for (const body of ['preset=graph-down', 'preset=graph-down&token=', `preset=graph-down&token=${'x'.repeat(32)}`]) {
      const response = await post('/faults/presets', body);
      assert.equal(response.status, 403);
      assert.match(await response.text(), /Load the page again/);
    }
    assert.deepEqual(cloud.faults.list(), []);
  });

  test('in another encoding, or with too much in it, nothing is done', async () => {
    assert.equal((await post('/faults/presets', '{}', { 'content-type': 'application/json' })).status, 415);
    assert.equal((await post('/faults/presets', `a=${'x'.repeat(2 * 1024 * 1024)}`)).status, 413);
  });

  test('every form on every page has the token, and every control a label', async () => {
    const paths = ['/', '/tenants', `/tenants/${contoso.id}`, `/apps/${vendor.appId}`, '/faults', '/journal'];
    cloud.faults.add({ service: 'graph', fault: { kind: 'down' } });
    for (const path of paths) {
      const root = await shown.page(path);
      for (const form of root.querySelectorAll('form[method=post]')) {
        assert.match(form.querySelector('input[name=token]')?.getAttribute('value') ?? '', /^[\w-]{32}$/, path);
      }
      for (const control of root.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        const id = control.getAttribute('id') ?? '';
        assert.equal(root.querySelectorAll(`[id="${id}"]`).length, 1, `${path} ${id}`);
        assert.equal(root.querySelectorAll(`label[for="${id}"]`).length, 1, `${path} ${id}`);
      }
    }
  });
});

describe('faults', () => {
  test('every preset has a form that adds it', async () => {
    const forms = (await shown.page('/faults')).querySelectorAll('form[action="/faults/presets"]');
    const offered = forms.map((form) => form.querySelector('input[name=preset]')?.getAttribute('value') ?? '');
    assert.deepEqual(offered.sort(), faultPresets.map(({ name }) => name).sort());
    const root = await shown.submit('/faults', '/faults/presets', { preset: 'identity-error' });
    assert.equal(note(root), 'Added identity-error.');
    assert.equal((await asked.identity.ask(cloud)).status, 500);
  });

  test("a rule of one's own is added, hits, and is removed", async () => {
    const root = await shown.submit('/faults', '/faults', {
      service: 'graph',
      kind: 'answer',
      status: '429',
      retryAfter: '7',
      operation: 'sendMail',
      mailbox: sender,
      tenantId: contoso.id,
      times: '1',
      milliseconds: '99',
    });
    const id = cloud.faults.list()[0]?.rule.id ?? '';
    assert.equal(note(root), `Added ${id}.`);
    const answer = await send(cloud, { message: aMessage() });
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '7']);
    const row = [
      id,
      'Graph',
      'Answer 429, Retry-After 7 s',
      `sendMail, Contoso, ${sender} once`,
      '1 in the journal',
      `Remove ${id}`,
    ];
    assert.deepEqual(cells(await shown.page('/faults'), 'Faults in force'), [row]);
    assert.equal(note(await shown.submit('/faults', `/faults/${id}/remove`)), `Removed ${id}.`);
    assert.deepEqual(cloud.faults.list(), []);
  });

  test('every kind can be made, with what fits it and nothing else that was typed', async () => {
    const typed = {
      status: '503',
      milliseconds: '5',
      seconds: '-60',
      contentType: 'text/html',
      text: '451 4.7.0 Temporary server error.',
      when: 'after',
      times: '2',
      probability: '0.5',
      seed: '3',
    };
    const kinds = ['answer', 'cut', 'silence', 'endless', 'slow', 'content-type', 'clock', 'down', 'reply'];
    for (const kind of kinds) {
      const service = kind === 'reply' ? 'smtp' : 'graph';
      const root = await shown.submit('/faults', '/faults', { ...typed, kind, service });
      assert.ok(!isBad(root), `${kind}: ${note(root)}`);
    }
    const made = cloud.faults.list().map(({ rule }) => [rule.fault.kind, rule.times]);
    assert.deepEqual(
      made,
      kinds.map((kind) => [kind, kind === 'clock' || kind === 'down' ? undefined : 2]),
    );
  });

  test('a wrong rule is not added; what was typed stays, with what is wrong beside it', async () => {
    const root = await shown.submit('/faults', '/faults', {
      kind: 'slow',
      milliseconds: 'soon',
      mailbox: sender,
      times: '0',
    });
    assert.ok(isBad(root));
    assert.deepEqual(cloud.faults.list(), []);
    assert.equal(root.querySelector('#field-kind [selected]')?.getAttribute('value'), 'slow');
    assert.equal(root.querySelector('#field-mailbox')?.getAttribute('value'), sender);
    for (const name of ['milliseconds', 'times']) {
      const control = root.querySelector(`#field-${name}`);
      assert.equal(control?.getAttribute('aria-invalid'), 'true', name);
      assert.ok(control?.getAttribute('aria-describedby')?.split(' ').includes(`field-${name}-error`), name);
      assert.ok(root.querySelector(`#field-${name}-error`), name);
    }
  });

  test('all are removed at once', async () => {
    for (const service of ['graph', 'vault'] as const) cloud.faults.add({ service, fault: { kind: 'down' } });
    assert.equal(note(await shown.submit('/faults', '/faults/clear')), 'Removed 2 faults.');
  });
});

describe('tenants', () => {
  const page = `/tenants/${fabrikam.id}`;
  const app = `${page}/apps/${vendor.appId}`;

  test('consent, disable, enable and withdraw', async () => {
    assert.match(note(await shown.submit(page, `${app}/consent`)), /has consented to Mailworks Post/);
    assert.equal((await requestToken(cloud, { tenant: fabrikam.id })).status, 200);
    await shown.submit(page, `${app}/disable`);
    assert.equal(enterpriseAppIn(cloud, fabrikam.id)?.accountEnabled, false);
    await shown.submit(page, `${app}/enable`);
    assert.equal((await requestToken(cloud, { tenant: fabrikam.id })).status, 200);
    await shown.submit(page, `${app}/withdraw`);
    assert.equal(enterpriseAppIn(cloud, fabrikam.id), undefined);
  });

  test('are added, and refused with what was typed', async () => {
    assert.equal(
      note(await shown.submit('/tenants', '/tenants', { displayName: 'Tailspin', domain: 'tailspin.example' })),
      'Added Tailspin.',
    );
    const again = await shown.submit('/tenants', '/tenants', { displayName: 'Again', domain: 'tailspin.example' });
    assert.ok(isBad(again));
    assert.match(note(again), /"tailspin.example" is a tenant already/);
    assert.equal(again.querySelector('#field-displayName')?.getAttribute('value'), 'Again');
  });

  test('get mailboxes', async () => {
    await shown.submit(page, `${page}/mailboxes`, { address: `reports@${fabrikam.domain}` });
    assert.ok(cloud.state.mailboxes.some(({ address }) => address === `reports@${fabrikam.domain}`));
    assert.ok(isBad(await shown.submit(page, `${page}/mailboxes`, { address: 'nobody' })));
  });

  test('run cmdlets, whose output follows and whose script stays', async () => {
    const script = '  Set-TransportConfig -SmtpClientAuthenticationDisabled $false\nGet-TransportConfig';
    const root = await shown.submit(page, `${page}/cmdlets`, { script });
    assert.match(note(root), /The script ran to its end.*False/s);
    assert.equal(cloud.state.exchangeOrganizations[0]?.smtpClientAuthenticationDisabled, false);
    const stopped = await shown.submit(page, `${page}/cmdlets`, { script: 'Get-TransportConfig\nNo-Such <script>' });
    assert.ok(isBad(stopped));
    assert.match(note(stopped), /stopped at line 2/);
    assert.equal(stopped.querySelector('#field-script')?.text, '\nGet-TransportConfig\nNo-Such <script>');
    assert.deepEqual(stopped.querySelectorAll('script'), []);
  });
});

describe('apps', () => {
  const page = `/apps/${vendor.appId}`;

  test('get secrets, whose value is shown once', async () => {
    const next = await shown.send(page, `${page}/secrets`, { displayName: 'Test', days: '10' });
    const added = await shown.page(next);
    const value = added.querySelector('.secret')?.text ?? assert.fail();
    const form = { client_secret: value, client_assertion: undefined, client_assertion_type: undefined };
    assert.equal((await requestToken(cloud, { form })).status, 200);
    for (const path of [next, page]) assert.ok(!(await shown.page(path)).outerHTML.includes(value), path);
    const { keyId = '' } = cloud.state.registrations[0]?.secrets?.[0] ?? {};
    await shown.submit(page, `${page}/secrets/${keyId}/remove`);
    assert.notEqual((await requestToken(cloud, { form })).status, 200);
    for (const days of ['0', '1.5', 'x']) assert.ok(isBad(await shown.submit(page, `${page}/secrets`, { days })));
  });

  test('get certificates and federated credentials, and lose them', async () => {
    const { der, thumbprint } = await makeAppCertificate('another');
    assert.match(note(await shown.submit(page, `${page}/certificates`, { certificate: der })), new RegExp(thumbprint));
    await shown.submit(page, `${page}/certificates/${thumbprint}/remove`);
    assert.equal(cloud.state.registrations[0]?.certificates.length, 1);
    assert.ok(isBad(await shown.submit(page, `${page}/certificates`, { certificate: 'x' })));

    const credential = { name: 'a/b', issuer: 'https://issuer.example', subject: 's', audience: 'a' };
    assert.equal(note(await shown.submit(page, `${page}/federated-credentials`, credential)), 'Added a/b.');
    await shown.submit(page, `${page}/federated-credentials/a%2Fb/remove`);
    assert.deepEqual(cloud.state.registrations[0]?.federatedCredentials, []);
    assert.ok(isBad(await shown.submit(page, `${page}/federated-credentials`, { ...credential, subject: '' })));
  });
});

test('everything goes back to the seed', async () => {
  cloud.state.tenants.length = 0;
  assert.match(note(await shown.submit('/', '/reset')), /as it was seeded/);
  assert.equal(cloud.state.tenants.length, 4);
});
