/** The page of a consent that did not succeed: what happened, what to do next, and what to quote to whoever is asked. */

import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { ErrorCode, TenantpostError } from '../errors.ts';
import type { Invitation } from '../tenants/invitation.ts';
import type { Vendor } from '../vendor-settings.ts';
import { type Html, pageResponse } from './page.ts';
import type { Ending } from './pages/ending.ts';
import { forwardText } from './pages/forward-text.ts';
import { actions, copyBox, factList, linkButton, nothing, stepList } from './pages/fragments.ts';
import { linkEndings } from './pages/link-endings.ts';
import { microsoftEndings } from './pages/microsoft-endings.ts';
import { theAsker } from './pages/names.ts';
import { copyScript } from './pages/scripts.ts';

/** The invitation that this browser came with, if it still holds. */
export interface Again {
  readonly invitation: Invitation;
  /** The page of the invitation. */
  readonly link: string;
}

export function consentErrorPage(
  error: TenantpostError,
  request: HttpRequest,
  vendor: Vendor,
  again?: Again,
): HttpResponseInit {
  const { httpStatus, owner } = error.meaning;
  const who = theAsker(vendor);
  const ending = { ...linkEndings(who), ...microsoftEndings(who) }[error.code] ?? ourTrouble(who);
  const { title, lead, steps, tone = 'bad', forward = false } = ending;
  return pageResponse({
    status: httpStatus,
    tone,
    title,
    lead,
    vendor,
    scripts: forward && again ? [copyScript] : [],
    body: html`
      <h2>What to do next</h2>
      ${stepList(steps)}
      ${forward && again ? copyBox('forward', 'Text to send on', forwardText({ ...again, vendor }), 'text') : nothing}
      ${actions(againButton(ending, again))}
      ${factList(
        {
          Code: error.code,
          'Who can mend it': owner === 'operator' ? capitalised(who) : 'An administrator of your organisation',
          Invitation: idOf(error),
          'Microsoft says': entrasWords(error, request),
        },
        true,
      )}
    `,
  });
}

/** Of what nobody in front of the page can mend, nothing is told but the code. */
function ourTrouble(who: string): Ending {
  return {
    title: 'Something went wrong on our side',
    lead: 'It is no fault of yours or of your organisation’s, and nothing that you did is lost.',
    steps: ['Wait some minutes, then start again.', `If it happens again, send ${who} the code below.`],
    again: 'Start again',
  };
}

function againButton({ again: text, forward }: Ending, again: Again | undefined): Html | undefined {
  if (text === undefined || again === undefined) return undefined;
  return linkButton(again.link, text, forward === true ? 'secondary' : 'primary');
}

function idOf({ detail }: TenantpostError): string | undefined {
  return typeof detail['invitationId'] === 'string' ? detail['invitationId'] : undefined;
}

/** What Entra's redirect can have said: shared/tenants/consent-error.ts. */
const saidByEntra: readonly ErrorCode[] = [
  'CONSENT_DECLINED',
  'CONSENT_FAILED',
  'CONSENT_NOT_ADMIN',
  'CONSENT_NAME_CLASH',
  'CONSENT_SERVICE_MISSING',
  'CONSENT_BLOCKED',
  'REGISTRATION_WRONG',
  'TENANT_IN_OTHER_CLOUD',
];

/** Only with a state of ours is the description Entra's: anybody can write a callback with a text of his own. */
function entrasWords({ code, detail }: TenantpostError, { query }: HttpRequest): string | undefined {
  if (!saidByEntra.includes(code) || detail['invitationId'] === undefined) return undefined;
  return query.get('error_description')?.slice(0, 500);
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
