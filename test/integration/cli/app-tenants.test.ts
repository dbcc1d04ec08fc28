/** The commands around tenants, against the built app in the local host: from the invitation to the removal. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { Browser } from '../../../local/browser.ts';
import { runCmdlets } from '../../../local/cloud/exchange/run-cmdlets.ts';
import { customers, vendor } from '../../../local/cloud/seed.ts';
import { consent, tenantState } from '../../../local/onboarding.ts';
import { waitFor } from '../../../local/wait.ts';
import { addTenant, anEnterpriseApp } from '../../support/cloud.ts';
import { CommandOfApp } from '../../support/command-of-app.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

const { contoso, fabrikam, northwind } = customers;
const folder = mkdtempSync(join(tmpdir(), 'tenantpost-cli-'));
let stack: TestStack;
let app: CommandOfApp;

before(async () => {
  stack = await startTestStack();
  app = new CommandOfApp(stack);
});
after(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const error = z.strictObject({
  error: z.looseObject({ message: z.string(), code: z.string().optional(), exitCode: z.number() }),
});
const invitation = z.looseObject({
  id: z.string(),
  state: z.string(),
  tenant: z.string().nullable(),
  link: z.url().optional(),
});
const tenant = z.looseObject({ tenant: z.string(), state: z.string(), missing: z.array(z.string()) });

describe('tenantpost invite, invitations and tenants', () => {
  test('bring a tenant in that is named by its domain, and tell what happened', async () => {
    const made = await app.json(0, ['invite', contoso.domain, '--mailbox', `post@${contoso.domain}`], invitation);
    assert.equal(made.tenant, contoso.id);
    assert.ok(made.link);
    assert.equal((await app.json(4, ['tenants', contoso.domain], z.looseObject({ tenant }))).tenant.state, 'invited');
    await consent(made.link, `admin@${contoso.domain}`);
    await waitFor('Contoso', async () => (await tenantState(stack, contoso.id)) === 'active' || undefined);

    const { code, stdout } = await app.run(['tenants', contoso.id]);
    assert.equal(code, 0);
    assert.match(stdout, /^11111111-\S+ \(contoso\.example\) is active\n[^]*granted +Mail\.Send\n[^]*object id +\S+\n/);
    assert.match(stdout, /^What happened\n[^]*tenant-active[^]*invitation-created/m);
    assert.match(stdout, new RegExp(`^Invitations\\n {2}${made.id} +used `, 'm'));
  });

  test('make a link that is told once, list invitations without it, and take one back', async () => {
    const { code, stdout, stderr } = await app.run([
      'invite',
      fabrikam.id,
      '--expires-in-hours',
      '24',
      '--right',
      'Mail.Send',
    ]);
    assert.equal(code, 0);
    const [, link = ''] = /^(http:\S+)\n/.exec(stdout) ?? [];
    const [, id = ''] = /^ {2}id +(\S+)$/m.exec(stdout) ?? [];
    assert.match(stderr, /It works once/);
    const listed = await app.run(['invitations', fabrikam.domain]);
    assert.match(listed.stdout, new RegExp(`^ {2}${id} +valid `, 'm'));
    assert.doesNotMatch(listed.stdout, /http/);
    assert.equal((await app.json(0, ['invitations', '--revoke', id], invitation)).state, 'revoked');
    assert.notEqual((await new Browser().open(link)).status, 200);
  });

  test('list the tenants, all of them and by state', async () => {
    const list = z.strictObject({ tenants: z.array(tenant), complete: z.boolean() });
    const active = await app.json(0, ['tenants', '--state', 'active'], list);
    assert.deepEqual(
      active.tenants.map((one) => one.tenant),
      [contoso.id],
    );
    assert.match((await app.run(['tenants'])).stdout, /^11111111-\S+ +contoso\.example +active +/m);
  });

  test('give a link to the tenant’s page', async () => {
    const { code, stdout } = await app.run(['tenants', contoso.domain, '--page-link']);
    assert.equal(code, 0);
    assert.equal((await new Browser().open(stdout.trim())).status, 200);
  });
});

describe('tenantpost verify', () => {
  test('takes in a tenant whose administrator granted consent in the portal', async () => {
    const granted = addTenant(stack.cloud);
    stack.cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: granted.id }));
    const { code, stdout } = await app.run(['verify', granted.domain]);
    assert.equal(code, 0);
    assert.match(stdout, / is active\n/);
  });

  test('ends with another code than 0 for one that never consented', async () => {
    const { code, stdout, stderr } = await app.run(['verify', northwind.domain]);
    assert.ok(code === 3 || code === 4, `${code} ${stdout}${stderr}`);
    assert.match(`${stdout}${stderr}`, /APP_NOT_IN_TENANT/);
  });
});

describe('tenantpost exchange', () => {
  const post = `post@${contoso.domain}`;

  test('prints commands that work as they are', async () => {
    const { code, stdout, stderr } = await app.run([
      'exchange',
      contoso.domain,
      '--mailbox',
      post,
      '--right',
      'SMTP.SendAsApp',
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /New-ServicePrincipal -AppId/);
    assert.equal(runCmdlets(stack.cloud, stdout).error, undefined);
  });

  test('takes many mailboxes from a file, and forms script, scoped and undo', async () => {
    const file = join(folder, 'addresses');
    writeFileSync(file, `# the post office\n${post}\r\n\nanna@${contoso.domain} # Anna\n`);
    for (const form of ['script', 'scoped', 'undo']) {
      const { code, stdout } = await app.run([
        'exchange',
        contoso.id,
        '--mailboxes-from',
        file,
        '--form',
        form,
        '--right',
        'SMTP.SendAsApp',
      ]);
      assert.equal(code, 0);
      assert.ok(stdout.includes(`anna@${contoso.domain}`), form);
    }
    const document = z.looseObject({ mailboxes: z.array(z.string()), powershell: z.string() });
    const told = await app.json(
      0,
      ['exchange', contoso.id, '--mailboxes-from', file, '--right', 'SMTP.SendAsApp'],
      document,
    );
    assert.deepEqual(told.mailboxes, [post, `anna@${contoso.domain}`]);
  });

  test('ends with 3 for a tenant whose object id nobody knows, with 2 for an empty file', async () => {
    assert.equal(
      (await app.json(3, ['exchange', fabrikam.domain, '--mailbox', post], error)).error.code,
      'CONSENT_NOT_PROVEN',
    );
    const { code, stderr } = await app.run(['exchange', contoso.id, '--mailboxes-from', '-'], '# none\n');
    assert.equal(code, 2);
    assert.match(stderr, /--mailboxes-from: the file holds no address/);
  });
});

describe('tenantpost doctor', () => {
  const report = z.looseObject({
    tenant: z.string(),
    verdict: z.enum(['ok', 'warning', 'failed']),
    cause: z
      .looseObject({
        check: z.string(),
        code: z.string().optional(),
        owner: z.string().optional(),
        remedy: z.string().optional(),
      })
      .nullable(),
    findings: z.array(z.looseObject({ check: z.string(), state: z.string() })),
  });

  test('ends by the verdict, and names the cause with owner and remedy', async () => {
    const well = await app.json(0, ['doctor', contoso.domain, `post@${contoso.domain}`], report);
    assert.deepEqual([well.tenant, well.verdict, well.cause], [contoso.id, 'ok', null]);
    const ill = await app.json(3, ['doctor', contoso.domain, `nobody@${contoso.domain}`], report);
    assert.deepEqual([ill.verdict, ill.cause?.code], ['failed', 'MAILBOX_NOT_FOUND']);
    const { code, stdout, stderr } = await app.run(['doctor', contoso.domain, `nobody@${contoso.domain}`]);
    assert.equal(code, 3);
    assert.match(stdout, /^FAIL {2}[^]*code +MAILBOX_NOT_FOUND\n[^]*by whom +the \w[^]*^Mend this first: \S/m);
    assert.match(stderr, /more were not tried: --all says why/);
  });

  test('sends a real message with --send, and asks for the mailbox first', async () => {
    const to = 'ada@customer.example';
    const before = stack.cloud.state.messages.length;
    const { code, stdout } = await app.run(['doctor', contoso.domain, `post@${contoso.domain}`, '--send', to]);
    assert.equal(code, 0, stdout);
    assert.ok(stack.cloud.state.messages.length > before);
    assert.equal((await app.run(['doctor', contoso.domain, '--send', to])).code, 2);
  });

  test('names a domain that no tenant has', async () => {
    const { code, stdout } = await app.run(['doctor', 'nobody.example']);
    assert.equal(code, 3);
    assert.match(stdout, /TENANT_NOT_FOUND/);
  });
});

describe('tenantpost console', () => {
  test('prints a link that opens the console once, where there is no browser', async () => {
    const { code, stdout, stderr } = await app.run(['console']);
    assert.equal(code, 0);
    assert.match(stderr, /^It works once, until /);
    const opened = await new Browser().open(stdout.trim());
    assert.equal(opened.status, 200, opened.document.innerText);
    assert.ok(!stdout.includes(stack.host.keys.master));
  });
});

describe('tenantpost remove', () => {
  test('asks first, and does nothing where nobody is there to answer', async () => {
    const { code, stderr } = await app.run(['remove', contoso.id]);
    assert.equal(code, 2);
    assert.match(stderr, /If it is meant, give --yes/);
    assert.equal(await tenantState(stack, contoso.id), 'active');
  });

  test('takes the tenant out with --yes, and says what only its administrator can take away', async () => {
    const { code, stdout } = await app.run(['remove', contoso.domain, '--yes']);
    assert.equal(code, 0);
    assert.match(stdout, /^11111111-\S+ is removed\. Deleted:\n[^]*What only an administrator[^]*\n {2}- \S/);
    assert.ok(stdout.includes(vendor.appId));
    assert.equal(await tenantState(stack, contoso.id), 'removed');
  });

  test('ends with 3 for a tenant that nobody knows', async () => {
    assert.equal((await app.json(3, ['remove', crypto.randomUUID(), '--yes'], error)).error.code, 'TENANT_UNKNOWN');
  });
});
