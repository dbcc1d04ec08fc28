/** `POST .../attachments/createUploadSession`: https://learn.microsoft.com/graph/api/attachment-createuploadsession. */

import { z } from 'zod';
import type { UploadSession } from '../state.ts';
import { openSession } from '../upload/sessions.ts';
import { uploadUrl } from '../upload/urls.ts';
import { mailboxFor } from './authorize.ts';
import { type GraphAnswer, type GraphCall, jsonBody, refuseWith } from './call.ts';
import { messageOf, prefersImmutable } from './ids.ts';
import { badBody, complexType, edmBoolean, edmString, enumeration, jsonObject, readTyped } from './odata.ts';

/**
 * "3 MB": the smallest size that can be meant, since a file just above it may be too large for a single request. Sessions
 * for smaller files have been seen to work (https://github.com/microsoftgraph/msgraph-sdk-java/pull/52), which is not
 * what is documented.
 */
const LEAST_BYTES = 3_000_000;
const MOST_BYTES = 150 * 1024 * 1024;

const attachmentItem = complexType('microsoft.graph.attachmentItem', {
  attachmentType: enumeration('file', 'item', 'reference').nullish(),
  name: edmString.nullish(),
  size: z.int({
    error: ({ input }) => `Cannot convert the literal '${String(input)}' to the expected type 'Edm.Int64'.`,
  }),
  contentType: edmString.nullish(),
  contentId: edmString.nullish(),
  isInline: edmBoolean.nullish(),
});

export function createUploadSession(call: GraphCall): GraphAnswer {
  const mailbox = mailboxFor(call, 'Mail.ReadWrite');
  const message = messageOf(call, mailbox);
  const item = readItem(jsonBody(call));
  const session = openSession(call.cloud, {
    ...item,
    tenantId: mailbox.tenantId,
    appId: call.claims.appid,
    mailbox: mailbox.address,
    message: message.immutableId,
    immutableIds: prefersImmutable(call),
  });
  return {
    status: 201,
    json: {
      '@odata.context': `${call.cloud.urls.graph}/v1.0/$metadata#microsoft.graph.uploadSession`,
      uploadUrl: uploadUrl(call.cloud, session, mailbox, message),
      expirationDateTime: new Date(session.expiresAt).toISOString(),
      nextExpectedRanges: ['0-'],
    },
  };
}

function readItem(body: unknown): Pick<UploadSession, 'name' | 'size' | 'contentType' | 'isInline' | 'contentId'> {
  const [given, ...others] = Object.entries(jsonObject.safeParse(body).data ?? {});
  const unknown = [given, ...others].find((parameter) => parameter && !/^AttachmentItem$/i.test(parameter[0]));
  if (unknown) {
    throw badBody(
      `The parameter '${unknown[0]}' in the request payload is not a valid parameter for the operation 'createUploadSession'.`,
    );
  }
  if (!given) {
    throw badBody(
      "One or more parameters of the operation 'createUploadSession' are missing from the request payload. The missing parameters are: AttachmentItem.",
    );
  }
  const { attachmentType, name, size, contentType, contentId, isInline } = readTyped(attachmentItem, given[1]);
  if (attachmentType !== 'file') {
    // https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/710, status included.
    refuseWith(
      405,
      'ErrorAttachmentSessionIsSupportedOnlyForFileAttachments',
      'Unsupported Attachment type specified. Only File attachments can be uploaded using an Upload Session.',
      'not a file',
    );
  }
  if (!name) {
    refuseWith(400, 'ErrorRequiredPropertyMissing', 'Required property is missing.', 'attachment without name');
  }
  checkSize(size);
  return {
    name,
    size,
    contentType: contentType ?? 'application/octet-stream',
    isInline: isInline ?? false,
    ...(contentId && { contentId }),
  };
}

/** https://learn.microsoft.com/graph/outlook-large-attachments#errors names the first code; the sentences are not documented. */
function checkSize(size: number): void {
  if (size < LEAST_BYTES) {
    refuseWith(
      400,
      'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
      'The size of the attachment is less than the minimum for an upload session.',
      'attachment under 3 MB',
    );
  }
  if (size > MOST_BYTES) {
    refuseWith(
      400,
      'ErrorAttachmentSizeLimitExceeded',
      'The file attachment exceeds the maximum supported size.',
      'attachment over 150 MB',
    );
  }
}
