/** Attachments as files. What a browser could run is never shown in place: it is saved. */

import type { CloudContext } from '../cloud.ts';
import { contentOf } from '../mail/content.ts';
import type { StoredAttachment } from '../state.ts';

/** Pixels only. SVG is not among them: it is a document that can hold scripts. */
const images = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export function attachmentResponse(cloud: CloudContext, { name, contentType, content }: StoredAttachment): Response {
  const isImage = images.has(contentType.toLowerCase());
  return new Response(new Uint8Array(contentOf(cloud, content)), {
    headers: {
      'Content-Type': isImage ? contentType.toLowerCase() : 'application/octet-stream',
      'Content-Disposition': contentDisposition(isImage ? 'inline' : 'attachment', name),
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** RFC 6266: the name in UTF-8, and before it a plain one without anything that could end the header or name a folder. */
function contentDisposition(type: 'inline' | 'attachment', name: string): string {
  const safe = name.toWellFormed().replace(/[\u0000-\u001f\u007f/\\]/g, '_');
  const plain = safe.replace(/[^\u0020-\u007e]|["%]/g, '_');
  const encoded = encodeURIComponent(safe).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${type}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
