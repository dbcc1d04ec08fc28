/** A file attachment as clients write it: https://learn.microsoft.com/graph/api/resources/fileattachment. */

import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { storeContent } from '../mail/content.ts';
import type { StoredAttachment } from '../state.ts';
import { refuseWith } from './call.ts';
import { badBody, complexType, edmBinary, edmBoolean, edmString, invalidType, readTyped } from './odata.ts';
import { notImplemented } from './refusal.ts';

/** What the base type has; `size`, `id` and the date are Graph's to set and are ignored when given. */
const attachmentShape = {
  id: edmString.nullish(),
  name: edmString.nullish(),
  contentType: edmString.nullish(),
  size: z.number().nullish(),
  isInline: edmBoolean.nullish(),
  lastModifiedDateTime: edmString.nullish(),
};
const attachment = complexType('microsoft.graph.attachment', attachmentShape);
const fileAttachment = complexType('microsoft.graph.fileAttachment', {
  ...attachmentShape,
  contentBytes: edmBinary.nullish(),
  contentId: edmString.nullish(),
  contentLocation: edmString.nullish(),
});

const declaredType = z.object({ '@odata.type': z.string() });

/** @throws GraphRefusal */
export function readAttachment(cloud: CloudContext, value: unknown): Omit<StoredAttachment, 'id'> {
  const declared = declaredType.safeParse(value);
  if (!declared.success) {
    // Without a type it is read as the abstract base type, which has no content:
    // https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/310, and without content
    // https://github.com/microsoftgraph/msgraph-beta-sdk-dotnet/issues/479.
    readTyped(attachment, value);
    refuseWith(
      422,
      'UnprocessableType',
      "Cannot process input of abstract type 'microsoft.graph.attachment'",
      'attachment without type',
    );
  }
  const type = declared.data['@odata.type'];
  if (/^#microsoft\.graph\.(item|reference)Attachment$/.test(type)) throw notImplemented(`attachments of type ${type}`);
  if (type !== '#microsoft.graph.fileAttachment') throw badBody(invalidType(type));
  const { name, contentType, contentBytes, isInline, contentId } = readTyped(fileAttachment, value);
  if (!name || contentBytes === undefined || contentBytes === null) {
    refuseWith(
      400,
      'ErrorRequiredPropertyMissing',
      'Required property is missing.',
      'attachment without name or content',
    );
  }
  return {
    name,
    contentType: contentType ?? 'application/octet-stream',
    content: storeContent(cloud, Buffer.from(contentBytes, 'base64')),
    isInline: isInline ?? false,
    ...(contentId && { contentId }),
  };
}
