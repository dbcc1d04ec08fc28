/** Microsoft's limits, so that a test can lower them and shorten their windows, and what has been used of them. */

import { z } from 'zod';

const MEBIBYTE = 1024 * 1024;

/** So much in a sliding window. */
const rate = z.strictObject({ most: z.int().min(0), seconds: z.number().positive() });

/** What was used in a short time from `at`, in epoch milliseconds. */
const slice = z.strictObject({ at: z.number(), count: z.int() });

const limits = z.strictObject({
  /** Of one app in one mailbox: https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits. */
  graph: z.strictObject({
    concurrentRequests: z.int().min(0),
    requests: rate,
    /** Of POST, PUT and PATCH. */
    uploadedBytes: rate,
  }),
  /** Of one mailbox: https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits-1. */
  sending: z.strictObject({
    messages: rate,
    recipients: rate,
    /** `RecipientLimits` of a new mailbox. */
    recipientsPerMessage: z.int().min(1),
    /** `MaxSendSize` of a new mailbox. */
    messageBytes: z.int().min(1),
  }),
});

/** What one app has asked of one mailbox lately, refused requests included. */
const graphUse = z.strictObject({
  tenantId: z.string(),
  appId: z.string(),
  mailbox: z.string(),
  requests: z.array(slice),
  uploadedBytes: z.array(slice),
});

/** What one mailbox has sent lately. */
const sendingUse = z.strictObject({
  tenantId: z.string(),
  mailbox: z.string(),
  messages: z.array(slice),
  recipients: z.array(slice),
});

export const limitsState = {
  limits,
  graphUse: z.array(graphUse),
  sendingUse: z.array(sendingUse),
};

export const emptyLimits = () => ({
  limits: {
    graph: {
      concurrentRequests: 4,
      requests: { most: 10_000, seconds: 600 },
      uploadedBytes: { most: 150 * MEBIBYTE, seconds: 300 },
    },
    sending: {
      messages: { most: 30, seconds: 60 },
      recipients: { most: 10_000, seconds: 24 * 60 * 60 },
      recipientsPerMessage: 500,
      messageBytes: 35 * MEBIBYTE,
    },
  },
  graphUse: [],
  sendingUse: [],
});

export type Rate = z.infer<typeof rate>;
export type Slice = z.infer<typeof slice>;
export type GraphUse = z.infer<typeof graphUse>;
export type SendingUse = z.infer<typeof sendingUse>;
