/** What the load needs to know of the cloud that it is put on. */

import type { CloudUrls } from '../../../local/cloud/urls.ts';
import { customers } from '../../../local/cloud/seed.ts';

export interface LoadTarget {
  readonly urls: CloudUrls;
  readonly ca: string;
  readonly identityHeader: string;
  /** Of the vendor's registration. */
  readonly secret: string;
  /** Identifier of the key that signs the app's assertions. */
  readonly signingKey: string;
  readonly connectionString: string;
}

export const connections = 16;
export const tenantId = customers.contoso.id;

/** One for each connection: Exchange allows three connections to one mailbox. */
export const loadMailboxes = Array.from(
  { length: connections },
  (_, place) => `post-${place}@${customers.contoso.domain}`,
);
