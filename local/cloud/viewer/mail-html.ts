/** The HTML of a message, in a document that can reach nothing but the message's own inline images. */

import type { StoredMessage } from '../state.ts';
import { attachmentPath } from './paths.ts';

/**
 * The frame around it is sandboxed as well; the policy holds where the document is opened on its own. It has no origin,
 * runs no script, sends no form and loads nothing from outside, so that no sender learns that the mail was looked at.
 */
export const mailHtmlHeaders: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** References to inline parts (RFC 2392) become the paths of the attachments; those to no part stay as they are. */
export function mailHtml({ id, body, attachments }: StoredMessage): string {
  const reference = /(\b(?:src|background)\s*=\s*["']?|url\(\s*["']?)cid:([^"'\s>)]+)/gi;
  return body.content.replace(reference, (whole, before: string, contentId: string) => {
    const index = attachments.findIndex((one) => bare(one.contentId) === decoded(contentId));
    return index < 0 ? whole : `${before}${attachmentPath(id, index)}`;
  });
}

/** Some senders keep the angle brackets of the header. */
function bare(contentId: string | undefined): string | undefined {
  return contentId?.replace(/^<(.*)>$/, '$1');
}

function decoded(contentId: string): string {
  try {
    return decodeURIComponent(contentId);
  } catch {
    return contentId;
  }
}
