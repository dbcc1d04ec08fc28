/** Every error of Graph and its upload host that is known, with where it is known from. The first row that fits decides. */

import type { ErrorCode } from '../../errors.ts';

/** By Graph's own names; the last two go to the upload host. */
export const graphOperations = [
  'sendMail',
  'sendMessage',
  'createMessage',
  'updateMessage',
  'deleteMessage',
  'getMessage',
  'listMessages',
  'addAttachment',
  'listAttachments',
  'createUploadSession',
  'uploadRange',
  'getUploadSession',
] as const;
export type GraphOperation = (typeof graphOperations)[number];

/** The requests that make a mail leave. */
export const sends: readonly GraphOperation[] = ['sendMail', 'sendMessage'];
const notSends = graphOperations.filter((one) => !sends.includes(one));
const uploads: readonly GraphOperation[] = ['uploadRange', 'getUploadSession'];
/** Those that ask for a message that has been there. */
const ofDraft = notSends.filter((one) => !uploads.includes(one) && one !== 'createMessage' && one !== 'listMessages');

interface Fits {
  /** Without it whatever was asked. */
  readonly on?: readonly GraphOperation[];
  readonly status?: number;
  /** `error.code`, or one nested in it. */
  readonly serviceCode?: string;
  readonly withRetryAfter?: true;
}

export interface GraphErrorRow extends Fits {
  readonly code: ErrorCode;
  readonly source: string;
  /** Of the mail job. */
  readonly field?: string;
}

const row = (fits: Fits, code: ErrorCode, source: string, field?: string): GraphErrorRow => ({
  ...fits,
  code,
  source,
  ...(field === undefined ? {} : { field }),
});

const learn = 'https://learn.microsoft.com/graph';
const issues = 'https://github.com/microsoftgraph';
const errors = `${learn}/errors`;
const throttling = `${learn}/throttling-limits#outlook-service-limits`;
const large = `${learn}/outlook-large-attachments`;
const begins = `${learn}/outlook-things-to-know-about-send-mail`;
const mime = `${learn}/outlook-send-mime-message`;
const header = `${learn}/api/resources/internetmessageheader`;
const noMailbox = `${issues}/microsoft-graph-docs/issues/17826`;
const noUser = 'https://github.com/InnoGE/laravel-msgraph-mail/issues/16';
const limits =
  'https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits';
/** Codes of Exchange itself, which Graph hands on. */
const exchange = 'https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode';

export const graphErrorRows: readonly GraphErrorRow[] = [
  // An upload address is its own authorization and lasts as long as its session: the next try opens another.
  row({ on: uploads, status: 401 }, 'GRAPH_UNAVAILABLE', large),
  row({ on: uploads, status: 403 }, 'GRAPH_UNAVAILABLE', large),
  row({ on: uploads, status: 404 }, 'GRAPH_UNAVAILABLE', large),
  row({ on: uploads, status: 410 }, 'GRAPH_UNAVAILABLE', large),
  // Ranges that overlap or leave a gap: the next try asks the session where to go on.
  row({ on: uploads, status: 416 }, 'GRAPH_UNAVAILABLE', 'https://github.com/OneDrive/onedrive-api-docs/issues/79'),

  row({ status: 401 }, 'SEND_TOKEN_REFUSED', errors),

  // The sender's quota: reported as 400, 403 and 429 alike, so the code decides. One that says when to come again is a rate.
  row({ status: 429, serviceCode: 'ErrorExceededMessageLimit', withRetryAfter: true }, 'SEND_THROTTLED', limits),
  row({ serviceCode: 'ErrorExceededMessageLimit' }, 'MAILBOX_QUOTA', limits),
  row({ serviceCode: 'ErrorMessageSubmissionBlocked' }, 'MAILBOX_BLOCKED', exchange),
  row({ serviceCode: 'ErrorSendAsDenied' }, 'SEND_FORBIDDEN', `${learn}/outlook-send-mail-from-other-user`, '/sendAs'),
  // A send begins with an item in Drafts, for which there must be room.
  row({ serviceCode: 'ErrorQuotaExceeded' }, 'MAILBOX_FULL', begins),
  row({ status: 507 }, 'MAILBOX_FULL', begins),
  row({ serviceCode: 'ErrorMessageSizeExceeded' }, 'JOB_TOO_LARGE', `${issues}/msgraph-sdk-java/issues/2148`),
  row({ serviceCode: 'ErrorAttachmentSizeLimitExceeded' }, 'JOB_TOO_LARGE', exchange),

  row({ status: 429 }, 'SEND_THROTTLED', throttling),
  row({ serviceCode: 'ApplicationThrottled' }, 'SEND_THROTTLED', throttling),

  row({ serviceCode: 'MailboxNotEnabledForRESTAPI' }, 'MAILBOX_NOT_FOUND', noMailbox, '/from'),
  row({ serviceCode: 'ErrorInvalidUser' }, 'MAILBOX_NOT_FOUND', noUser, '/from'),
  row({ serviceCode: 'ResourceNotFound' }, 'MAILBOX_NOT_FOUND', errors, '/from'),
  row({ serviceCode: 'Request_ResourceNotFound' }, 'MAILBOX_NOT_FOUND', errors, '/from'),
  // What has left Drafts is answered as if it were not there, and so is what somebody deleted.
  row({ on: ['sendMessage'], status: 404 }, 'SEND_UNCONFIRMED', 'https://github.com/rlrghb/olkcli/issues/118'),
  // Gone meanwhile: the next try makes another.
  row({ on: ofDraft, status: 404 }, 'GRAPH_UNAVAILABLE', `${issues}/msgraph-sdk-dotnet/issues/2947`),
  row({ status: 404 }, 'MAILBOX_NOT_FOUND', errors, '/from'),

  // No role, a scope that leaves the mailbox out, or an application access policy.
  row({ on: sends, status: 403 }, 'SEND_FORBIDDEN', `${learn}/auth-limit-mailbox-access`),
  row({ status: 403 }, 'MAIL_READ_MISSING', `${learn}/api/user-post-messages`),

  row({ status: 413 }, 'JOB_TOO_LARGE', `${issues}/microsoft-graph-docs-contrib/issues/682`),
  row({ serviceCode: 'InvalidInternetMessageHeader' }, 'SEND_REJECTED', header, '/headers'),
  row({ serviceCode: 'InvalidInternetMessageHeaderCollection' }, 'SEND_REJECTED', header, '/headers'),
  row({ serviceCode: 'ErrorMimeContentInvalid' }, 'SEND_REJECTED', mime),
  row({ serviceCode: 'ErrorMimeContentInvalidBase64String' }, 'SEND_REJECTED', mime),
  row({ serviceCode: 'ErrorInvalidRecipients' }, 'SEND_REJECTED', `${issues}/msgraph-sdk-dotnet/issues/1891`),
  row({ status: 400 }, 'SEND_REJECTED', errors),
  row({ status: 422 }, 'SEND_REJECTED', errors),

  // Exchange was changing the item itself, or was too slow; nothing left, so it may be asked again.
  row({ on: notSends, status: 408 }, 'GRAPH_UNAVAILABLE', errors),
  row({ on: notSends, serviceCode: 'ErrorIrresolvableConflict' }, 'GRAPH_UNAVAILABLE', exchange),
  row({ on: notSends, status: 409 }, 'GRAPH_UNAVAILABLE', errors),
  row({ on: notSends, status: 412 }, 'GRAPH_UNAVAILABLE', errors),
  row({ on: notSends, status: 423 }, 'GRAPH_UNAVAILABLE', errors),
];
