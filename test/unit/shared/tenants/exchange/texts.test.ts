import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exchangeTexts } from '../../../../../shared/tenants/exchange/texts.ts';
import type { Tenant } from '../../../../../shared/tenants/tenant.ts';
import { clientId, contoso, enterpriseApp } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { aTenant } from '../../../../support/tenant.ts';

const mailboxes = ['post@contoso.example'];
const formsOf = (tenant: Tenant): string[] => Object.keys(exchangeTexts(tenant, clientId, 'Mailworks'));

describe('what a tenant’s page has of the Exchange set-up', () => {
  test('is nothing before the object id is known', () => {
    assert.deepEqual(formsOf({ id: contoso, state: 'pending', since: noon, rights: ['SMTP.SendAsApp'] }), []);
  });

  test('is what its rights need', () => {
    assert.deepEqual(formsOf(aTenant({ rights: ['Mail.Send'] })), ['scoped', 'undo']);
    assert.deepEqual(formsOf(aTenant({ rights: ['IMAP.AccessAsApp'] })), ['commands', 'script', 'undo']);
    assert.deepEqual(formsOf(aTenant({ rights: ['Mail.Send', 'SMTP.SendAsApp'] })), [
      'commands',
      'script',
      'scoped',
      'undo',
    ]);
  });

  test('of a tenant that Exchange limits has no commands that open mailboxes beside the limit', () => {
    assert.deepEqual(formsOf(aTenant({ scoped: true, rights: ['SMTP.SendAsApp'] })), ['scoped', 'undo']);
  });

  test('has the values of the tenant', () => {
    const { commands = '' } = exchangeTexts(aTenant({ rights: ['SMTP.SendAsApp'], mailboxes }), clientId, 'Mailworks');
    for (const value of [contoso, clientId, enterpriseApp, 'post@contoso.example', 'Mailworks']) {
      assert.ok(commands.includes(value), value);
    }
  });

  test('grants nothing by mistake where no mailbox was named: the address stands for one', () => {
    const { commands = '' } = exchangeTexts(aTenant({ rights: ['SMTP.SendAsApp'] }), clientId, undefined);
    assert.match(commands, /put-the-address-here@/);
  });
});
