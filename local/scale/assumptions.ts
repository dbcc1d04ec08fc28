/** What docs/scale.md reckons with that is not of this project: Microsoft's limits, prices, and what nobody has measured. */

/** By https://learn.microsoft.com pages, as they were in November 2026. */
export const limits = {
  /** graph/throttling-limits: 130,000 requests in ten seconds of an app across all tenants. */
  graphRequestsPerSecond: 13_000,
  /** azure/storage/tables/scalability-targets, rows of 1 KiB. */
  tableRowsPerSecond: 20_000,
  partitionRowsPerSecond: 2000,
  /** azure/storage/queues/scalability-targets, messages of 1 KiB. */
  queueMessagesPerSecond: 2000,
  /** azure/storage/common/scalability-targets-standard-account; 40,000 in some regions. */
  accountRequestsPerSecond: 20_000,
  /** azure/key-vault/general/service-limits: 4,000 in ten seconds, RSA 2,048 bits, by software. */
  signaturesPerSecond: 400,
  /** azure/azure-functions/flex-consumption-plan: 250 cores of a subscription in a region, one for an instance of 2 GB. */
  coresOfRegion: 250,
} as const;

/** Nobody has measured these against Azure. */
export const assumed = {
  /** Of a day's mail, in its busiest hour. */
  shareOfBusiestHour: 0.15,
  /** Of all mail, that its mailbox's gate gives a turn instead of letting it go at once. */
  shareGivenTurn: 0.2,
  /** From the fetch of a message to its deletion. */
  secondsPerMessage: 1,
  secondsPerRemoval: 0.01,
  recipientsPerMail: 1,
  kilobytesPerOutcome: 1,
  /** Of logs and traces that the app and its host send for one mail. */
  kilobytesOfTelemetry: 4,
  daysOfMonth: 30,
} as const;

/** US dollars, without tax. docs/scale.md says where each is from. */
export const prices = {
  gigabyteSecond: 0.000026,
  freeGigabyteSeconds: 100_000,
  alwaysReadyGigabyteSecond: 0.000004,
  millionExecutions: 0.4,
  freeExecutions: 250_000,
  tenThousandTableCalls: 0.004,
  tenThousandQueueCalls: 0.004,
  tableGigabyteMonth: 0.045,
  tenThousandVaultCalls: 0.03,
  logGigabyte: 2.3,
  freeLogGigabytes: 5,
} as const;
