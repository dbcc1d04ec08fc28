/** The settings of consent: where administrators may be sent on to when it is done. */

import { z } from 'zod';

const form = 'a list of origins like https://portal.example.com, separated by commas';

/** Origins alone: a path in the list would promise a protection that it does not give. */
const origins = z.string().transform((text, context): readonly string[] => {
  const parsed = text.split(',').map((one) => originOf(one.trim()));
  if (parsed.every((one) => one !== undefined)) return parsed;
  context.addIssue({ code: 'custom', message: form });
  return z.NEVER;
});

function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && (text === url.origin || text === `${url.origin}/`) ? url.origin : undefined;
}

export const consentSettings = {
  TENANTPOST_RETURN_URLS: origins.default([]),
};
