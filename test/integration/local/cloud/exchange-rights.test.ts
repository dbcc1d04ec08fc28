/** What an app may do by its token and by what the cmdlets have set up. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  hasAnyGraphMailRight,
  hasGraphRight,
  maySendAs,
  type ProtocolAccess,
  protocolAccess,
} from '../../../../local/cloud/exchange/rights.ts';
import type { CloudState } from '../../../../local/cloud/state.ts';
import {
  anna,
  appId,
  claims,
  contoso,
  objectId,
  post,
  registrationObjectId,
  run,
  tenantId,
} from './exchange-contoso.ts';
import { seenBy } from './exchange-seen-by.ts';

const registered = `New-ServicePrincipal -AppId ${appId} -ObjectId ${objectId} -DisplayName Mailer`;
const permitted = `${registered}; Add-MailboxPermission ${post} -User Mailer -AccessRights FullAccess`;
const smtpOn = 'Set-TransportConfig -SmtpClientAuthenticationDisabled $false';

/** What the app may do in the mailbox `post` after a script. */
function access(script: string, protocol: 'smtp' | 'imap' | 'pop', roles?: string[], oid = objectId): ProtocolAccess {
  const state = contoso();
  run(state, script);
  const { cloud, mailbox } = seenBy(state);
  const ofProtocol = { smtp: 'SMTP.SendAsApp', imap: 'IMAP.AccessAsApp', pop: 'POP.AccessAsApp' }[protocol];
  return protocolAccess(cloud, claims(roles ?? [ofProtocol], { oid }), mailbox(post), protocol);
}

describe('access by a mail protocol', () => {
  for (const protocol of ['smtp', 'imap', 'pop'] as const) {
    test(`over ${protocol} needs the role of the protocol in the token`, () => {
      assert.equal(access(`${permitted}; ${smtpOn}`, protocol), 'allowed');
      assert.equal(access(`${permitted}; ${smtpOn}`, protocol, []), 'no-app-role');
      assert.equal(access(`${permitted}; ${smtpOn}`, protocol, ['Mail.Send']), 'no-app-role');
    });

    test(`over ${protocol} needs the service principal to be registered in Exchange`, () => {
      assert.equal(access(smtpOn, protocol), 'no-service-principal');
    });

    test(`over ${protocol} needs the object id of the enterprise application, not of the app registration`, () => {
      const wrong = permitted.replaceAll(objectId, registrationObjectId);
      assert.equal(access(`${wrong}; ${smtpOn}`, protocol), 'wrong-object-id');
    });

    test(`over ${protocol} needs FullAccess to the mailbox`, () => {
      assert.equal(access(`${registered}; ${smtpOn}`, protocol), 'no-mailbox-permission');
      const other = `${registered}; ${smtpOn}; Add-MailboxPermission ${anna} -User Mailer -AccessRights FullAccess`;
      assert.equal(access(other, protocol), 'no-mailbox-permission');
    });
  }

  test('is refused to a token of another tenant', () => {
    const state = contoso();
    run(state, `${permitted}; ${smtpOn}`);
    const { cloud, mailbox } = seenBy(state);
    const foreign = claims(['IMAP.AccessAsApp', 'Mail.Send'], { tid: '22222222-bbbb-4bbb-8bbb-222222222222' });
    assert.equal(protocolAccess(cloud, foreign, mailbox(post), 'imap'), 'no-app-role');
    assert.equal(hasGraphRight(cloud, foreign, mailbox(post), 'Mail.Send'), false);
  });

  test('ends with the service principal, whose permissions do not come back with it', () => {
    const again = `${permitted}; ${smtpOn}; Remove-ServicePrincipal Mailer -Confirm:$false; ${registered}`;
    assert.equal(access(again, 'imap'), 'no-mailbox-permission');
  });

  test('ends with the mailbox permission', () => {
    const removed = `${permitted}; Remove-MailboxPermission ${post} -User Mailer -AccessRights FullAccess -Confirm:$false`;
    assert.equal(access(removed, 'imap'), 'no-mailbox-permission');
  });

  test('over imap and pop ends with the switch of the mailbox', () => {
    assert.equal(access(`${permitted}; Set-CASMailbox ${post} -ImapEnabled $false`, 'imap'), 'protocol-disabled');
    assert.equal(access(`${permitted}; Set-CASMailbox ${post} -ImapEnabled $false`, 'pop'), 'allowed');
    assert.equal(access(`${permitted}; Set-CASMailbox ${post} -PopEnabled $false`, 'pop'), 'protocol-disabled');
  });
});

describe('SMTP AUTH', () => {
  const on = (identity: string, value: string) =>
    `Set-CASMailbox ${identity} -SmtpClientAuthenticationDisabled ${value}`;

  test('is disabled in a new organization', () => {
    assert.equal(access(permitted, 'smtp'), 'smtp-auth-disabled-tenant');
  });

  test('is as the mailbox says, whatever the organization says', () => {
    assert.equal(access(`${permitted}; ${on(post, '$false')}`, 'smtp'), 'allowed');
    assert.equal(access(`${permitted}; ${on(anna, '$false')}`, 'smtp'), 'smtp-auth-disabled-tenant');
    assert.equal(access(`${permitted}; ${smtpOn}; ${on(post, '$true')}`, 'smtp'), 'smtp-auth-disabled-mailbox');
  });

  test('is as the organization says again once the mailbox says nothing', () => {
    const unset = `${permitted}; ${on(post, '$false')}; ${on(post, '$null')}`;
    assert.equal(access(unset, 'smtp'), 'smtp-auth-disabled-tenant');
  });

  test('is off for everybody under security defaults', () => {
    const state = contoso();
    run(state, `${permitted}; ${on(post, '$false')}`);
    state.exchangeOrganizations.push({ tenantId, smtpClientAuthenticationDisabled: false, securityDefaults: true });
    const { cloud, mailbox } = seenBy(state);
    assert.equal(protocolAccess(cloud, claims(['SMTP.SendAsApp']), mailbox(post), 'smtp'), 'security-defaults');
  });
});

describe('Application SMTP.SendAsApp', () => {
  const scoped = `${registered}; ${smtpOn}
    New-ManagementScope s -RecipientRestrictionFilter "PrimarySmtpAddress -eq '${post}'"
    New-ManagementRoleAssignment -App ${objectId} -Role 'Application SMTP.SendAsApp' -CustomResourceScope s`;

  test('needs no mailbox permission, and no role in the token', () => {
    assert.equal(access(scoped, 'smtp', []), 'allowed');
  });

  test('does not help a token that has SMTP.SendAsApp: its mailbox permission is looked at', () => {
    assert.equal(access(scoped, 'smtp'), 'no-mailbox-permission');
  });

  test('holds for the mailboxes of its scope, and for SMTP', () => {
    assert.equal(access(scoped.replaceAll(post, anna), 'smtp', []), 'no-app-role');
    assert.equal(access(scoped, 'imap', []), 'no-app-role');
  });

  test('lets the app send as a mailbox of its scope', () => {
    const state = contoso();
    run(state, scoped);
    const { cloud } = seenBy(state);
    assert.equal(maySendAs(cloud, tenantId, objectId, post), true);
    assert.equal(maySendAs(cloud, tenantId, objectId, anna), false);
  });
});

describe('SendAs', () => {
  const sendsAs = (state: CloudState, trustee: string, address: string): boolean =>
    maySendAs(seenBy(state).cloud, tenantId, trustee, address);

  test('is needed of everybody but the mailbox itself', () => {
    const state = contoso();
    run(state, permitted);
    assert.equal(sendsAs(state, post, post.toUpperCase()), true);
    assert.equal(sendsAs(state, post, anna), false);
    assert.equal(sendsAs(state, objectId, post), false);
    run(state, `Add-RecipientPermission ${post} -Trustee Mailer -AccessRights SendAs -Confirm:$false`);
    assert.equal(sendsAs(state, objectId, post), true);
    assert.equal(sendsAs(state, objectId, anna), false);
    run(state, `Add-RecipientPermission ${anna} -Trustee ${post} -AccessRights SendAs -Confirm:$false`);
    assert.equal(sendsAs(state, post, anna), true);
    run(state, `Remove-RecipientPermission ${anna} -Trustee ${post} -AccessRights SendAs -Confirm:$false`);
    assert.equal(sendsAs(state, post, anna), false);
  });

  test('of another tenant does not count', () => {
    const state = contoso();
    run(state, `Add-RecipientPermission ${anna} -Trustee ${post} -AccessRights SendAs -Confirm:$false`);
    assert.equal(maySendAs(seenBy(state).cloud, '22222222-bbbb-4bbb-8bbb-222222222222', post, anna), false);
  });
});

describe('a change', () => {
  const minutes = 60_000;
  const slow = (): CloudState => ({
    ...contoso(),
    exchangePropagation: { servicePrincipals: 10 * minutes, permissions: 20 * minutes, roleAssignments: 30 * minutes },
  });

  test('of a principal and of a permission arrives each after its own time', () => {
    const state = slow();
    run(state, permitted);
    const { cloud, later, mailbox } = seenBy(state);
    const imap = () => protocolAccess(cloud, claims(['IMAP.AccessAsApp']), mailbox(post), 'imap');
    assert.equal(imap(), 'no-service-principal');
    later(11 * minutes);
    assert.equal(imap(), 'no-mailbox-permission');
    later(10 * minutes);
    assert.equal(imap(), 'allowed');
  });

  test('that takes something away works on for as long', () => {
    const state = contoso();
    run(state, permitted);
    state.exchangePropagation.permissions = 20 * minutes;
    const { cloud, later, mailbox } = seenBy(state);
    const imap = () => protocolAccess(cloud, claims(['IMAP.AccessAsApp']), mailbox(post), 'imap');
    for (const one of state.mailboxPermissions) one.since = 0;
    run(state, `Remove-MailboxPermission ${post} -User Mailer -AccessRights FullAccess -Confirm:$false`);
    assert.equal(imap(), 'allowed');
    later(21 * minutes);
    assert.equal(imap(), 'no-mailbox-permission');
  });

  test('of a scope leaves the former one in force until it arrives', () => {
    const state = contoso();
    run(
      state,
      `${registered}
      New-ManagementScope s -RecipientRestrictionFilter "PrimarySmtpAddress -eq '${post}'"
      New-ManagementRoleAssignment -App ${objectId} -Role 'Application Mail.Send' -CustomResourceScope s`,
    );
    for (const one of [...state.managementScopes, ...state.roleAssignments]) one.since = 0;
    state.exchangePropagation.roleAssignments = 30 * minutes;
    run(state, `Set-ManagementScope s -RecipientRestrictionFilter "PrimarySmtpAddress -eq '${anna}'"`);
    const { cloud, later, mailbox } = seenBy(state);
    const rights = () => [post, anna].map((one) => hasGraphRight(cloud, claims(), mailbox(one), 'Mail.Send'));
    assert.deepEqual(rights(), [true, false]);
    later(31 * minutes);
    assert.deepEqual(rights(), [false, true]);
  });

  test('is seen by Test-ServicePrincipalAuthorization at once', () => {
    const state = slow();
    const { output } = run(
      state,
      `${registered} | Out-Null
      New-ManagementRoleAssignment -App ${objectId} -Role 'Application Mail.Send' | Out-Null
      Test-ServicePrincipalAuthorization ${objectId} -Resource ${post}`,
    );
    assert.equal(output[0]?.['InScope'], true);
    const { cloud, mailbox } = seenBy(state);
    assert.equal(hasGraphRight(cloud, claims(), mailbox(post), 'Mail.Send'), false);
    assert.equal(hasAnyGraphMailRight(cloud, claims()), false);
  });
});
