/**
 * What an app may do in a mailbox: by the roles of its token, by RBAC for Applications, and by the permissions that the
 * organization's administrator gave its service principal in Exchange.
 */

import type { CloudContext } from '../cloud.ts';
import type { Mailbox } from '../state.ts';
import type { ExchangeServicePrincipal, RoleAssignment } from '../state/exchange.ts';
import type { AccessTokenClaims } from '../tokens.ts';
import { permissionsOf } from './application-roles.ts';
import { organizationOf } from './organization.ts';
import { isInForce } from './propagation.ts';
import { isSame } from './same.ts';
import { holdsMailbox } from './scope.ts';

export type GraphMailRight = 'Mail.Send' | 'Mail.Read' | 'Mail.ReadWrite';
type Protocol = 'smtp' | 'imap' | 'pop';

export type ProtocolAccess =
  | 'allowed'
  | 'no-app-role'
  | 'no-service-principal'
  | 'wrong-object-id'
  | 'no-mailbox-permission'
  | 'smtp-auth-disabled-tenant'
  | 'smtp-auth-disabled-mailbox'
  | 'security-defaults'
  | 'protocol-disabled';

const graphMailRights: GraphMailRight[] = ['Mail.Send', 'Mail.Read', 'Mail.ReadWrite'];

const smtpRight = 'SMTP.SendAsApp';
const appRoles = { smtp: smtpRight, imap: 'IMAP.AccessAsApp', pop: 'POP.AccessAsApp' } as const;

/**
 * By a role of the token, which holds for every mailbox of the tenant, or else by a role assignment whose scope holds
 * this one: the two are added up (https://learn.microsoft.com/exchange/permissions-exo/application-rbac).
 */
export function hasGraphRight(
  cloud: CloudContext,
  claims: AccessTokenClaims,
  mailbox: Mailbox,
  right: GraphMailRight,
): boolean {
  if (claims.tid !== mailbox.tenantId) return false;
  return covers(claims.roles ?? [], right) || isAssigned(cloud, claims, mailbox, right, cloud.now('graph'));
}

/** Whether there is any mailbox that the app might reach: by a role of its token, or by an assignment of any scope. */
export function hasAnyGraphMailRight(cloud: CloudContext, claims: AccessTokenClaims): boolean {
  const assigned = assignmentsOf(cloud, claims, cloud.now('graph')).flatMap(({ role }) => permissionsOf(role));
  return graphMailRights.some((right) => covers([...(claims.roles ?? []), ...assigned], right));
}

/** In the order in which Exchange can know: the token, then its own set-up, then the switches. */
export function protocolAccess(
  cloud: CloudContext,
  claims: AccessTokenClaims,
  mailbox: Mailbox,
  protocol: Protocol,
): ProtocolAccess {
  const now = cloud.now(protocol);
  const access = accessByRights(cloud, claims, mailbox, protocol, now);
  return access === 'allowed' ? accessBySwitches(cloud, mailbox, protocol) : access;
}

function accessByRights(
  cloud: CloudContext,
  claims: AccessTokenClaims,
  mailbox: Mailbox,
  protocol: Protocol,
  now: number,
): ProtocolAccess {
  if (claims.tid !== mailbox.tenantId) return 'no-app-role';
  if (!(claims.roles ?? []).includes(appRoles[protocol])) {
    // The claim, where there is one, asks for the mailbox permission; the role assignment does not:
    // https://learn.microsoft.com/exchange/client-developer/legacy-protocols/smtp-app-rbac-onboarding.
    const isScoped = protocol === 'smtp' && isAssigned(cloud, claims, mailbox, smtpRight, now);
    return isScoped ? 'allowed' : 'no-app-role';
  }
  const registered = principalsOf(cloud, claims, now);
  if (registered.length === 0) return 'no-service-principal';
  const principal = registered.find(({ objectId }) => isSame(objectId, claims.oid));
  if (principal === undefined) return 'wrong-object-id';
  const { mailboxPermissions, exchangePropagation } = cloud.state;
  const permission = mailboxPermissions.find(
    (one) =>
      one.tenantId === claims.tid &&
      isSame(one.mailbox, mailbox.address) &&
      isSame(one.user, principal.objectId) &&
      isInForce(one, exchangePropagation.permissions, now),
  );
  return permission === undefined ? 'no-mailbox-permission' : 'allowed';
}

/** https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission */
function accessBySwitches(cloud: CloudContext, mailbox: Mailbox, protocol: Protocol): ProtocolAccess {
  const own = mailbox.exchange ?? {};
  if (protocol === 'imap') return own.imapEnabled === false ? 'protocol-disabled' : 'allowed';
  if (protocol === 'pop') return own.popEnabled === false ? 'protocol-disabled' : 'allowed';
  const organization = organizationOf(cloud.state, mailbox.tenantId);
  if (organization.securityDefaults) return 'security-defaults';
  if (own.smtpClientAuthenticationDisabled === true) return 'smtp-auth-disabled-mailbox';
  if (own.smtpClientAuthenticationDisabled === undefined && organization.smtpClientAuthenticationDisabled) {
    return 'smtp-auth-disabled-tenant';
  }
  return 'allowed';
}

/**
 * Whether mail may go out in the name of an address. A mailbox may always send as itself; anybody else needs SendAs, or
 * is an app with a role assignment for SMTP that holds the mailbox of that address.
 *
 * @param trustee object id of a service principal, or address of a mailbox.
 */
export function maySendAs(cloud: CloudContext, tenantId: string, trustee: string, address: string): boolean {
  if (isSame(trustee, address)) return true;
  const { mailboxes, recipientPermissions, exchangePropagation } = cloud.state;
  const now = cloud.now('smtp');
  const isPermitted = recipientPermissions.some(
    (one) =>
      one.tenantId === tenantId &&
      isSame(one.mailbox, address) &&
      isSame(one.trustee, trustee) &&
      isInForce(one, exchangePropagation.permissions, now),
  );
  if (isPermitted) return true;
  const mailbox = mailboxes.find((one) => one.tenantId === tenantId && isSame(one.address, address));
  return (
    mailbox !== undefined && holdsAny(cloud, assignmentsTo(cloud, tenantId, trustee, now), mailbox, smtpRight, now)
  );
}

/** https://learn.microsoft.com/graph/permissions-reference#mailreadwrite: to write is to read as well. */
const covers = (permissions: readonly string[], right: string): boolean =>
  permissions.includes(right) || (right === 'Mail.Read' && permissions.includes('Mail.ReadWrite'));

function isAssigned(
  cloud: CloudContext,
  claims: AccessTokenClaims,
  mailbox: Mailbox,
  right: GraphMailRight | typeof smtpRight,
  now: number,
): boolean {
  return holdsAny(cloud, assignmentsOf(cloud, claims, now), mailbox, right, now);
}

function holdsAny(
  cloud: CloudContext,
  assignments: RoleAssignment[],
  mailbox: Mailbox,
  right: GraphMailRight | typeof smtpRight,
  now: number,
): boolean {
  const delay = cloud.state.exchangePropagation.roleAssignments;
  return assignments.some(
    (assignment) =>
      covers(permissionsOf(assignment.role), right) &&
      holdsMailbox(cloud.state, assignment, mailbox, (scope) => isInForce(scope, delay, now)),
  );
}

/** Of the token's app in the token's tenant, as far as they have arrived. */
function assignmentsOf(cloud: CloudContext, claims: AccessTokenClaims, now: number): RoleAssignment[] {
  const principal = principalsOf(cloud, claims, now).find(({ objectId }) => isSame(objectId, claims.oid));
  return principal === undefined ? [] : assignmentsTo(cloud, claims.tid, principal.objectId, now);
}

function assignmentsTo(cloud: CloudContext, tenantId: string, objectId: string, now: number): RoleAssignment[] {
  const { roleAssignments, exchangePropagation } = cloud.state;
  return roleAssignments.filter(
    (one) =>
      one.tenantId === tenantId &&
      isSame(one.app, objectId) &&
      isInForce(one, exchangePropagation.roleAssignments, now),
  );
}

/** Those that are registered in Exchange for the token's app, with whatever object id. */
function principalsOf(cloud: CloudContext, claims: AccessTokenClaims, now: number): ExchangeServicePrincipal[] {
  const { exchangeServicePrincipals, exchangePropagation } = cloud.state;
  return exchangeServicePrincipals.filter(
    (one) =>
      one.tenantId === claims.tid &&
      isSame(one.appId, claims.appid) &&
      isInForce(one, exchangePropagation.servicePrincipals, now),
  );
}
