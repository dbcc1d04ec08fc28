import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TenantpostError } from '../../../../../shared/errors.ts';
import { readQuery } from '../../../../../shared/request-parts.ts';
import { exchangeInstructions, exchangeQuery } from '../../../../../shared/tenants/exchange/exchange-instructions.ts';
import type { Tenant } from '../../../../../shared/tenants/tenant.ts';
import { clientId, contoso } from '../../../../support/app-identity.ts';

const objectId = '6233fba6-0198-4277-892f-9275bf728bcc';
const aTenant = (overrides: Partial<Tenant> = {}): Tenant => ({
  id: contoso,
  state: 'active',
  since: 0,
  objectId,
  rights: ['Mail.Send', 'SMTP.SendAsApp'],
  mailboxes: ['post@contoso.example'],
  ...overrides,
});

function ask(query: string, tenant: Tenant = aTenant(), named = contoso): Promise<string> {
  const tenants = {
    resolve: (text: string) => Promise.resolve(text === 'contoso.example' ? contoso : text),
    read: (id: string) =>
      id === tenant.id
        ? Promise.resolve({ tenant })
        : Promise.reject(new TenantpostError('TENANT_UNKNOWN', 'There is no such tenant.')),
  };
  const asked = readQuery(exchangeQuery, new URLSearchParams(query));
  return exchangeInstructions({ tenants, clientId, displayName: 'Mailworks' }, named, asked);
}

const refusal = (code: string, field?: string) => (error: unknown) => {
  assert.ok(error instanceof TenantpostError);
  assert.equal(error.code, code);
  assert.equal(error.detail['field'], field);
  return true;
};

describe('the Exchange set-up of a tenant', () => {
  test('has the tenant, the app, the object id of the token and the mailboxes of the invitation', async () => {
    const text = await ask('');
    assert.ok(text.includes(`Connect-ExchangeOnline -Organization '${contoso}'`));
    assert.ok(
      text.includes(`New-ServicePrincipal -AppId '${clientId}' -ObjectId '${objectId}' -DisplayName 'Mailworks'`),
    );
    assert.match(text, /Add-MailboxPermission -Identity 'post@contoso\.example'/);
  });

  test('is found by the tenant’s domain', async () => {
    assert.equal(await ask('', aTenant(), 'contoso.example'), await ask(''));
  });

  test('is for the mailboxes that are asked for, as the host joins them, each once', async () => {
    const text = await ask('mailbox=a@contoso.example,B@contoso.example, b@contoso.example');
    const granted = [...text.matchAll(/Add-MailboxPermission -Identity '([^']+)'/g)].map(([, mailbox]) => mailbox);
    assert.equal(granted.length, 2);
    assert.equal(granted[0], 'a@contoso.example');
  });

  test('is for the rights that are asked for', async () => {
    assert.match(await ask('right=IMAP.AccessAsApp'), /-ImapEnabled \$true/);
    assert.doesNotMatch(await ask('right=IMAP.AccessAsApp'), /Smtp/);
  });

  test('is the scoped one for a tenant that was invited so, unless another is asked for', async () => {
    const tenant = aTenant({ scoped: true });
    assert.match(await ask('', tenant), /New-ManagementRoleAssignment/);
    assert.doesNotMatch(await ask('form=script', tenant), /New-ManagementRoleAssignment/);
  });

  test('names the group that is asked for', async () => {
    assert.match(await ask('form=scoped&group=senders@contoso.example'), /MemberOfGroup -eq/);
  });

  test('cannot be told before a token has shown the enterprise application', async () => {
    const { objectId: _, ...unproven } = aTenant({ state: 'pending' });
    await assert.rejects(ask('', unproven), refusal('CONSENT_NOT_PROVEN'));
  });

  test('asks which mailboxes, where nobody has named one and they matter', async () => {
    const tenant = aTenant({ mailboxes: [] });
    for (const query of ['', 'form=script', 'form=scoped&right=Mail.Send']) {
      await assert.rejects(ask(query, tenant), refusal('REQUEST_INVALID', '/mailbox'), query);
    }
    for (const query of ['form=undo', 'right=Mail.Send']) assert.ok(await ask(query, tenant), query);
  });

  test('is refused for a tenant of which nothing is known', async () => {
    await assert.rejects(ask('', aTenant(), 'fabrikam.example'), refusal('TENANT_UNKNOWN'));
  });

  for (const [query, field] of [
    ['form=everything', '/form'],
    ['mailbox=post', '/mailbox/0'],
    ['mailbox=', '/mailbox/0'],
    ["mailbox=x';Remove-Mailbox y;'@contoso.example", '/mailbox/0'],
    ['mailbox=a@contoso.example%0aRemove-Mailbox', '/mailbox/0'],
    ['right=Everything', '/right/0'],
    ['group=senders', '/group'],
    ['mailboxes=a@contoso.example', '/mailboxes'],
  ] as const) {
    test(`is refused by the field for a query that is wrong: ${query}`, async () => {
      await assert.rejects(async () => ask(query), refusal('REQUEST_INVALID', field));
    });
  }
});
