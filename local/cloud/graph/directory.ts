/**
 * Users and the organization, as Entra has them: https://learn.microsoft.com/graph/api/user-get and
 * https://learn.microsoft.com/graph/api/organization-list. Their errors are Entra's and not Outlook's.
 */

import type { Mailbox } from '../state.ts';
import { mailboxOfUser } from './authorize.ts';
import { type GraphCall, type GraphOperation, keyOf, refuseWith } from './call.ts';
import { type Entity, readDirectoryQuery, selected } from './directory-query.ts';

/** The least right and those that hold it: https://learn.microsoft.com/graph/api/user-get#permissions. */
const mayReadUsers = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
/** https://learn.microsoft.com/graph/api/organization-list#permissions */
const mayReadOrganization = [
  'Organization.Read.All',
  'Organization.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];

/** What is given without `$select`: https://learn.microsoft.com/graph/api/resources/user. */
const usersDefault = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

/** Office 365 E3, as https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference lists it, and its Exchange plan. */
const licence = { disabledPlans: [], skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900' };
const exchangePlan = {
  assignedDateTime: '2020-01-01T00:00:00Z',
  capabilityStatus: 'Enabled',
  service: 'exchange',
  servicePlanId: 'efb87545-963c-4e0d-99df-69c6916d9eb0',
};

export const getUser: GraphOperation = (call) => {
  requireAnyRole(call, mayReadUsers);
  const query = readDirectoryQuery(call.url, ['select'], userType);
  const user = keyOf(call, 'user');
  const mailbox = mailboxOfUser(call.cloud, call.claims.tid, user);
  if (!mailbox) {
    // What clients report; no page of Microsoft's has the sentence.
    refuseWith(
      404,
      'Request_ResourceNotFound',
      `Resource '${user}' does not exist or one of its queried reference-property objects are not present.`,
      'no such user in the tenant',
    );
  }
  const properties = query.select ?? usersDefault;
  const shown = query.select ? `users(${query.select.join(',')})` : 'users';
  return {
    status: 200,
    json: { '@odata.context': context(call, `${shown}/$entity`), ...selected(userOf(mailbox), properties) },
  };
};

export const listUsers: GraphOperation = (call) => {
  requireAnyRole(call, mayReadUsers);
  const { state } = call.cloud;
  const query = readDirectoryQuery(call.url, ['select', 'top', 'filter'], userType);
  const users = state.mailboxes
    .filter(({ tenantId }) => tenantId === call.claims.tid)
    .map(userOf)
    .filter((user) => query.matches(user));
  const page = users.slice(query.skip, query.skip + query.top);
  const next = new URL(call.url);
  next.searchParams.set('$skiptoken', String(query.skip + query.top));
  return {
    status: 200,
    json: {
      '@odata.context': context(call, query.select ? `users(${query.select.join(',')})` : 'users'),
      ...(users.length > query.skip + query.top && { '@odata.nextLink': next.href }),
      value: page.map((user) => selected(user, query.select ?? usersDefault)),
    },
  };
};

export const listOrganization: GraphOperation = (call) => {
  requireAnyRole(call, mayReadOrganization);
  const tenant = call.cloud.state.tenants.find(({ id }) => id === call.claims.tid);
  if (tenant === undefined) throw new Error('A token is accepted of a known tenant only.');
  const organization: Entity = {
    id: tenant.id,
    displayName: tenant.displayName,
    tenantType: 'AAD',
    businessPhones: [],
    city: null,
    country: null,
    countryLetterCode: null,
    createdDateTime: '2020-01-01T00:00:00Z',
    onPremisesSyncEnabled: null,
    preferredLanguage: null,
    technicalNotificationMails: [],
    assignedPlans: [exchangePlan],
    verifiedDomains: [
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: true,
        isInitial: true,
        name: tenant.domain,
        type: 'Managed',
      },
    ],
  };
  const query = readDirectoryQuery(call.url, ['select'], {
    name: 'microsoft.graph.organization',
    properties: Object.keys(organization),
  });
  return {
    status: 200,
    json: {
      '@odata.context': context(call, query.select ? `organization(${query.select.join(',')})` : 'organization'),
      value: [selected(organization, query.select ?? Object.keys(organization))],
    },
  };
};

function userOf({ address, displayName, id, licensed, exchange }: Mailbox): Entity {
  const isLicensed = licensed !== false;
  return {
    businessPhones: [],
    displayName,
    givenName: null,
    jobTitle: null,
    mail: isLicensed ? address : null,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: null,
    userPrincipalName: address,
    id,
    accountEnabled: true,
    assignedLicenses: isLicensed ? [licence] : [],
    assignedPlans: isLicensed ? [exchangePlan] : [],
    department: exchange?.department ?? null,
    mailNickname: address.split('@')[0] ?? '',
    onPremisesSyncEnabled: null,
    proxyAddresses: isLicensed ? [`SMTP:${address}`] : [],
    usageLocation: null,
    userType: 'Member',
  };
}

const userType = {
  name: 'microsoft.graph.user',
  properties: Object.keys(userOf({ tenantId: '', id: '', address: '', displayName: '' })),
};

/** https://learn.microsoft.com/graph/resolve-auth-errors */
function requireAnyRole({ claims }: GraphCall, roles: readonly string[]): void {
  if (roles.some((role) => claims.roles?.includes(role))) return;
  refuseWith(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
    `no ${roles[0]} role`,
  );
}

const context = ({ cloud }: GraphCall, path: string): string => `${cloud.urls.graph}/v1.0/$metadata#${path}`;
