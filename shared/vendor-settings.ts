/** The settings by which administrators recognise who asks for their consent, and whom they ask back. */

import { z } from 'zod';

/** As the pages name whoever runs this installation. */
export interface Vendor {
  readonly name: string | undefined;
  /** An e-mail address, or the https address of a page. */
  readonly support: string | undefined;
}

const isAddress = (text: string): boolean => /^[^\s@<>"?&#]+@[^\s@<>"?&#]+$/.test(text);
const isPage = (text: string): boolean => URL.parse(text)?.protocol === 'https:';

export const vendorSettings = {
  TENANTPOST_VENDOR_NAME: z
    .string()
    .regex(/^[^\p{C}]{1,60}$/u, 'a name of at most 60 characters')
    .optional(),
  TENANTPOST_SUPPORT_CONTACT: z
    .string()
    .refine(
      (text) => text.length <= 200 && (isAddress(text) || isPage(text)),
      'an e-mail address, or an address that begins with https://',
    )
    .optional(),
};

export function toVendor(environment: z.infer<z.ZodObject<typeof vendorSettings>>): Vendor {
  return { name: environment.TENANTPOST_VENDOR_NAME, support: environment.TENANTPOST_SUPPORT_CONTACT };
}
