/** Makes the page of whatever refuses a consent, with a way back to the invitation where that still holds. */

import type { HttpRequest } from '@azure/functions';
import { asTenantpostError, type TenantpostError } from '../errors.ts';
import type { Invitation } from '../tenants/invitation.ts';
import type { Vendor } from '../vendor-settings.ts';
import { type Again, consentErrorPage } from './consent-pages.ts';
import { readInvitation } from './cookies.ts';
import type { OnError } from './http.ts';
import { log } from './log.ts';

interface Dependencies {
  readonly publicUrl: string;
  readonly invitations: { open(signed: string | undefined): Promise<Invitation> };
  readonly pages: {
    readonly vendor: Vendor;
    readonly urlOf: (route: 'consentInvitation', query: Readonly<Record<string, string>>) => string;
  };
}

export function consentErrors({ publicUrl, invitations, pages }: Dependencies): OnError {
  return async (error, request) => {
    return consentErrorPage(error, request, pages.vendor, await findAgain(error, request));
  };

  async function findAgain(error: TenantpostError, request: HttpRequest): Promise<Again | undefined> {
    const signed = readInvitation(request, publicUrl);
    if (signed === undefined) return undefined;
    try {
      const invitation = await invitations.open(signed);
      // Of two consents in one browser the cookie remembers the one that was begun last.
      const { invitationId = invitation.id } = error.detail;
      if (invitationId !== invitation.id) return undefined;
      return { invitation, link: pages.urlOf('consentInvitation', { invitation: signed }) };
    } catch (failure) {
      // The page says what happened all the same, only without the button.
      const { code } = asTenantpostError(failure);
      if (!code.startsWith('INVITATION_')) log('warning', 'consent.no-way-back', { because: code });
      return undefined;
    }
  }
}
