/** The commands and the script, run to the letter: whom they let in over SMTP, IMAP and POP. Needs loopback only. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCmdlets } from '../../../../../local/cloud/exchange/run-cmdlets.ts';
import { exchangeSetup } from '../../../../../shared/tenants/exchange/exchange-setup.ts';
import { customers } from '../../../../support/cloud.ts';
import { anna, post } from '../../../../support/mail-servers.ts';
import {
  accessTo,
  cloud,
  everything,
  exchangeOf,
  nothing,
  objectId,
  registrationObjectId,
  run,
  setup,
} from './exchange-room.ts';

describe('the commands to paste', () => {
  test('let the app into the mailbox by each protocol, and into no other', async () => {
    assert.deepEqual(await accessTo(post), nothing);
    run({ form: 'commands' });
    assert.deepEqual(await accessTo(post), everything);
    assert.deepEqual(await accessTo(anna), nothing);
  });

  test('give no more than the rights ask for', async () => {
    run({ form: 'commands', rights: ['POP.AccessAsApp'] });
    assert.equal((await accessTo(post)).smtp, 'refused');
    assert.deepEqual(cloud.state.recipientPermissions, []);
    assert.deepEqual(cloud.state.exchangeOrganizations, []);
  });

  test('do without harm what the script has done as well', () => {
    run({ form: 'commands' });
    assert.ok(run().includes('Nothing was changed.'));
  });
});

describe('the script', () => {
  test('lets the app in, and says what it changed', async () => {
    const lines = run();
    assert.ok(lines.includes(`Changed: the service principal ${objectId} is registered.`));
    assert.ok(lines.includes(`Changed: SMTP AUTH is turned on for ${post}.`));
    assert.ok(lines.includes('Done. It takes up to half an hour to arrive everywhere.'));
    assert.equal(cloud.state.exchangeServicePrincipals[0]?.displayName, 'O’Hara’s Post');
    assert.deepEqual(await accessTo(post), everything);
  });

  test('changes nothing when it is run again, and says so', () => {
    run();
    const before = exchangeOf(cloud.state);
    const lines = run();
    assert.ok(lines.includes('Nothing was changed.'));
    assert.deepEqual(
      lines.filter((line) => /^(?:Changed|Removed|WARNING)/.test(line)),
      [],
    );
    assert.deepEqual(exchangeOf(cloud.state), before);
  });

  test('adds what is missing only', async () => {
    run({ rights: ['IMAP.AccessAsApp'] });
    const lines = run();
    assert.ok(lines.includes(`Right already: FullAccess to ${post}.`));
    assert.ok(lines.includes(`Changed: SendAs of ${post} is granted.`));
    assert.deepEqual(await accessTo(post), everything);
  });

  test('turns on what an administrator had turned off for the mailbox', async () => {
    runCmdlets(
      cloud,
      `Set-CASMailbox ${post} -ImapEnabled $false -PopEnabled $false -SmtpClientAuthenticationDisabled $true`,
      {
        tenantId: customers.contoso.id,
      },
    );
    run();
    assert.deepEqual(await accessTo(post), everything);
  });

  test('mends the usual mistake: the object id of the app registration', async () => {
    run({ objectId: registrationObjectId });
    assert.deepEqual(await accessTo(post), nothing);
    const lines = run();
    assert.ok(
      lines.includes(
        `Removed: the service principal ${registrationObjectId}. It has the wrong object id and lets nobody in.`,
      ),
    );
    assert.deepEqual(await accessTo(post), everything);
  });

  test('takes many mailboxes from a file, in place of its own list', async () => {
    const files = { 'mailboxes.csv': `Mailbox\r\n${anna}\r\n` };
    run({}, { parameters: { MailboxFile: 'mailboxes.csv' }, files });
    assert.deepEqual(await accessTo(anna), everything);
    assert.deepEqual(await accessTo(post), nothing);
  });

  test('passes over a mailbox that is not there, and an empty cell, and does the others', async () => {
    const files = { 'mailboxes.csv': `Mailbox,Note\nnobody@contoso.example,\n,x\n${post},\n` };
    const lines = run({}, { parameters: { MailboxFile: 'mailboxes.csv' }, files });
    assert.ok(
      lines.includes(
        'WARNING: There is no mailbox nobody@contoso.example in this organisation. Nothing was done for it.',
      ),
    );
    assert.ok(lines.includes('WARNING: Some mailboxes were not found: see above.'));
    assert.deepEqual(await accessTo(post), everything);
  });

  test('stops before it changes anything when the file has no heading Mailbox, or is not there', () => {
    for (const files of [{ 'mailboxes.csv': `Address\n${post}\n` }, {}]) {
      const { error } = runCmdlets(cloud, exchangeSetup(setup()), {
        parameters: { MailboxFile: 'mailboxes.csv' },
        files,
      });
      assert.match(error?.message ?? '', /Property "Mailbox" cannot be found|Could not find file/);
      assert.deepEqual(cloud.state.exchangeServicePrincipals, []);
    }
  });

  test('works for an address with an apostrophe', () => {
    const address = "o'brien@contoso.example";
    cloud.state.mailboxes.push({ tenantId: customers.contoso.id, id: crypto.randomUUID(), address, displayName: 'O' });
    assert.ok(run({ mailboxes: [address] }).includes(`Changed: FullAccess to ${address} is granted.`));
    assert.ok(run({ mailboxes: [address], form: 'scoped', rights: ['Mail.Send'] }).some((line) => / True$/.test(line)));
  });
});
