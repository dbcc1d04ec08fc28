/** What an administrator is told at the end of consent, however it ended. */

import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { ErrorCode, TenantpostError } from '../errors.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { pageResponse } from './page.ts';

export function consentResultPage(tenant: Tenant): HttpResponseInit {
  const facts = { Tenant: tenant.id, State: tenant.state };
  if (tenant.state === 'active') {
    return pageResponse({
      status: 200,
      tone: 'ok',
      title: 'Consent is in place',
      paragraphs: [
        'Microsoft has confirmed the permission for your organisation. Mail can be sent from now on; there is nothing else to do.',
        'You can see or withdraw the permission at any time in the Microsoft Entra admin center, under Enterprise applications.',
      ],
      facts,
    });
  }
  return pageResponse({
    status: 202,
    tone: 'wait',
    title: 'Consent is on its way',
    paragraphs: [
      'You have done your part. Microsoft takes some minutes, rarely an hour, to make the permission effective everywhere.',
      'It is checked again by itself for the next 24 hours. You can close this page.',
    ],
    facts,
  });
}

/** Pages for the ends that an administrator meets; all others get the plain one, with meaning and remedy. */
const titles: Partial<Record<ErrorCode, string>> = {
  CONSENT_DECLINED: 'The permission was declined',
  CONSENT_FAILED: 'Microsoft could not record the consent',
  CONSENT_WRONG_TENANT: 'This invitation is for another organisation',
  CONSENT_OTHER_BROWSER: 'Please finish in the browser in which you began',
  CONSENT_STATE_EXPIRED: 'That took too long',
  CONSENT_STATE_USED: 'This page has been opened before',
  CONSENT_STATE_MISSING: 'This page is reached through an invitation',
  CONSENT_STATE_INVALID: 'This address is not valid',
  CONSENT_TENANT_MISSING: 'This address is not valid',
  INVITATION_INVALID: 'This invitation link is not valid',
  INVITATION_EXPIRED: 'This invitation has expired',
  INVITATION_USED: 'This invitation has been used',
  TENANT_NOT_FOUND: 'Microsoft does not know this organisation',
  TENANT_IN_OTHER_CLOUD: 'Your organisation is in another of Microsoft’s clouds',
  TENANT_NOT_HOME: 'This app works for another organisation',
  RESOURCE_NOT_IN_TENANT: 'Your organisation lacks a service that this app needs',
  APP_BLOCKED: 'Your organisation blocks this app',
};

export function consentErrorPage(error: TenantpostError, request: HttpRequest): HttpResponseInit {
  const { httpStatus, meaning, remedy, owner } = error.meaning;
  return pageResponse({
    status: httpStatus,
    tone: 'bad',
    title: titles[error.code] ?? 'Something went wrong',
    paragraphs: [meaning, remedy],
    facts: {
      Code: error.code,
      'Who can mend it':
        owner === 'operator' ? 'Whoever sent you the invitation' : 'An administrator of your organisation',
      'Microsoft says': entrasWords(error, request),
    },
  });
}

/** Only with a state of ours is the description Entra's: anybody can write a callback with a text of his own. */
function entrasWords({ code, detail }: TenantpostError, { query }: HttpRequest): string | undefined {
  const reported = code === 'CONSENT_DECLINED' || code === 'CONSENT_FAILED';
  if (!reported || detail['invitationId'] === undefined) return undefined;
  return query.get('error_description')?.slice(0, 500);
}
