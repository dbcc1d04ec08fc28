/** The least privilege and the undoing, run to the letter: what the app may do after each. Needs loopback only. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anna, credentials, openSecureSmtp, outlook, post } from '../../../../support/mail-servers.ts';
import {
  accessTo,
  cloud,
  exchangeOf,
  nothing,
  objectId,
  registrationObjectId,
  restore,
  run,
  sendsByGraph,
} from './exchange-room.ts';

describe('the least privilege', () => {
  const scoped = { form: 'scoped', rights: ['Mail.Send', 'SMTP.SendAsApp'] } as const;

  test('lets a token without any role send from the mailboxes in scope, by Graph and by SMTP, and from no other', async () => {
    run(scoped);
    assert.equal(await sendsByGraph(post, undefined), 202);
    assert.equal(await sendsByGraph(anna, undefined), 403);
    const smtp = await openSecureSmtp(cloud);
    const bare = { aud: outlook, roles: undefined };
    assert.match(await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud, post, bare)}`), /^235 /);
    const other = await openSecureSmtp(cloud);
    assert.match(await other.command(`AUTH XOAUTH2 ${await credentials(cloud, anna, bare)}`), /^535 /);
  });

  test('narrows no consent, which is what its warning says', async () => {
    const lines = run(scoped);
    assert.equal(await sendsByGraph(anna, ['Mail.Send']), 202);
    assert.ok(lines.some((line) => /^WARNING: Consent to Mail\.Send in Entra ID goes beyond this scope/.test(line)));
  });

  test('shows at its end that each mailbox is in scope', () => {
    const lines = run(scoped);
    assert.equal(lines.filter((line) => /^Application (?:Mail\.Send|SMTP\.SendAsApp) .* True$/.test(line)).length, 2);
  });

  test('changes nothing when it is run again', () => {
    for (const group of [undefined, 'senders@contoso.example']) {
      run({ ...scoped, group });
      const before = exchangeOf(cloud.state);
      assert.ok(run({ ...scoped, group }).includes('Nothing was changed.'));
      assert.deepEqual(exchangeOf(cloud.state), before);
      restore();
    }
  });

  test('follows the list of mailboxes when it is run again with another', async () => {
    run({ ...scoped, mailboxes: [post, anna] });
    assert.equal(await sendsByGraph(anna, undefined), 202);
    run({ ...scoped, mailboxes: [post] });
    assert.equal(await sendsByGraph(anna, undefined), 403);
    assert.equal(await sendsByGraph(post, undefined), 202);
  });

  test('goes by the members of a group where one is named, which it makes', async () => {
    run({ ...scoped, group: 'senders@contoso.example' });
    assert.equal(await sendsByGraph(post, undefined), 202);
    assert.equal(await sendsByGraph(anna, undefined), 403);
    run({ ...scoped, group: 'senders@contoso.example', mailboxes: [anna] });
    assert.equal(await sendsByGraph(anna, undefined), 202);
  });

  test('goes by a group whose name has an apostrophe, as a vendor may have', async () => {
    run({ ...scoped, group: 'senders@contoso.example', displayName: "Anna’s and Bob's Mailer" });
    assert.equal(await sendsByGraph(post, undefined), 202);
    assert.equal(await sendsByGraph(anna, undefined), 403);
  });

  test('mends a principal with the wrong object id, and its roles', async () => {
    run({ ...scoped, objectId: registrationObjectId });
    assert.equal(await sendsByGraph(post, undefined), 403);
    run(scoped);
    assert.equal(await sendsByGraph(post, undefined), 202);
  });
});

describe('the undoing', () => {
  test('takes away what the script and the least privilege have given', async () => {
    run({ mailboxes: [post, anna] });
    run({ form: 'scoped', rights: ['Mail.Send'], mailboxes: [post, anna] });
    const lines = run({ form: 'undo', mailboxes: [post, anna] });
    assert.ok(lines.includes(`Removed: the service principal ${objectId}.`));
    assert.deepEqual(await accessTo(post), nothing);
    assert.deepEqual(await accessTo(anna), nothing);
    assert.equal(await sendsByGraph(post, undefined), 403);
    const { exchangeServicePrincipals, mailboxPermissions, recipientPermissions, ...state } = cloud.state;
    for (const kept of [
      ...[exchangeServicePrincipals, mailboxPermissions, recipientPermissions],
      ...[state.managementScopes, state.roleAssignments],
    ]) {
      assert.deepEqual(
        kept.filter(({ until }) => until === undefined),
        [],
      );
    }
  });

  test('changes nothing when there is nothing, and when it is run again', () => {
    assert.deepEqual(run({ form: 'undo' }), ['Nothing was changed.']);
    run();
    run({ form: 'undo' });
    assert.deepEqual(run({ form: 'undo' }), ['Nothing was changed.']);
  });

  test('ends everything though nobody knows the mailboxes any more', async () => {
    run();
    run({ form: 'undo', mailboxes: [] });
    assert.deepEqual(await accessTo(post), nothing);
  });

  test('removes a principal with a wrong object id as well', () => {
    run({ objectId: registrationObjectId });
    assert.ok(run({ form: 'undo' }).includes(`Removed: the service principal ${registrationObjectId}.`));
  });
});
