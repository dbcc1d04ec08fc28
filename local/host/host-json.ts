/** host.json, parsed strictly: a setting that this host does not implement is refused by its name, never ignored. */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError, describeIssues, notImplemented } from './describe-issues.ts';
import { type LogLevel, logLevels } from './log.ts';
import { parseTimeSpan } from './time-span.ts';

const second = 1000;
export const minute = 60 * second;

function timeSpan(least: number, most: number, range: string) {
  return z.string().transform((text, context) => {
    const milliseconds = parseTimeSpan(text);
    if (milliseconds !== undefined && milliseconds >= least && milliseconds <= most) return milliseconds;
    context.addIssue({ code: 'custom', message: `"${text}" must be a time span hh:mm:ss ${range}` });
    return z.NEVER;
  });
}

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => z.int().min(least).max(most);

/** Defaults of the storage extension (Azure/azure-sdk-for-net, QueuesOptions.cs). */
const queues = z
  .strictObject({
    batchSize: whole(1, 32).default(16),
    newBatchThreshold: whole(0).optional(),
    maxDequeueCount: whole(1).default(5),
    visibilityTimeout: timeSpan(0, 7 * 24 * 60 * minute, 'from 00:00:00 to 7.00:00:00').default(0),
    maxPollingInterval: timeSpan(100, Infinity, 'of at least 00:00:00.1').default(minute),
    messageEncoding: z.enum(['base64', 'none']).default('base64'),
  })
  .transform(({ newBatchThreshold, ...rest }) => ({
    ...rest,
    newBatchThreshold: newBatchThreshold ?? Math.floor(rest.batchSize / 2) * availableParallelism(),
  }));

const logLevel = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(logLevels));

/** `-1` is no limit; the default of Flex Consumption is 30 minutes (https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout). */
const functionTimeout = z
  .literal('-1')
  .transform(() => Infinity)
  .or(timeSpan(second, Infinity, 'of at least 00:00:01, or -1 for none'))
  .default(30 * minute);

/**
 * Bundles of versions 2 and 3 are out of support and hold an older storage extension
 * (https://learn.microsoft.com/azure/azure-functions/extension-bundles).
 */
const extensionBundle = z.strictObject({
  id: z.literal('Microsoft.Azure.Functions.ExtensionBundle', {
    error: ({ input }) => notImplemented(`"${String(input)}"`, 'name Microsoft.Azure.Functions.ExtensionBundle'),
  }),
  version: z.string().regex(/^[[(]\s*4\.[\d*][\d.*]*\s*,\s*5(?:\.0)*\s*\)$/, {
    error: ({ input }) => notImplemented(`"${String(input)}"`, 'name a range of version 4, [4.0.0, 5.0.0)'),
  }),
});

/** https://learn.microsoft.com/azure/azure-functions/functions-host-json#applicationinsightssamplingsettings */
const telemetryTypes = z
  .string()
  .regex(
    /^(?:(?:Dependency|Event|Exception|PageView|Request|Trace)(?:;(?!$)|$))+$/,
    'must be types of telemetry, separated by semicolons: Dependency, Event, Exception, PageView, Request, Trace',
  );

/** Dynamic concurrency would take the place of batchSize and newBatchThreshold: QueuesOptions.cs. */
const concurrency = z.strictObject({
  dynamicConcurrencyEnabled: z.literal(false, {
    error: ({ input }) => notImplemented(JSON.stringify(input), 'set it to false'),
  }),
});

/**
 * What the host tells Application Insights. This one tells it nothing, as the real one does without a connection string,
 * and with one this one does not start; so these have no effect here, and are held to their forms.
 */
const applicationInsights = z.strictObject({
  enableQueryStringTracing: z.boolean().optional(),
  samplingSettings: z
    .strictObject({
      isEnabled: z.boolean().optional(),
      maxTelemetryItemsPerSecond: z.number().positive().optional(),
      excludedTypes: telemetryTypes.optional(),
    })
    .optional(),
});

const schema = z.strictObject({
  version: z.literal('2.0'),
  extensionBundle: extensionBundle.optional(),
  functionTimeout,
  concurrency: concurrency.optional(),
  extensions: z
    .strictObject({
      http: z
        .strictObject({ routePrefix: z.string().default('api') })
        .prefault({})
        .transform(({ routePrefix }) => ({ routePrefix: routePrefix.replaceAll(/^\/+|\/+$/g, '') })),
      queues: queues.prefault({}),
    })
    .prefault({}),
  logging: z
    .strictObject({
      logLevel: z.record(z.string(), logLevel).default({}),
      applicationInsights: applicationInsights.optional(),
    })
    .prefault({}),
  // The host sends no telemetry, which is what Application Insights without a connection string amounts to. OpenTelemetry
  // changes what the host itself emits, so an app that asks for it would miss something here.
  telemetryMode: z
    .string()
    .refine((text) => text.toLowerCase() === 'applicationinsights', {
      error: ({ input }) => notImplemented(`"${String(input)}"`, 'leave it out'),
    })
    .optional(),
});

export type QueueOptions = z.output<typeof queues>;

export interface HostJson {
  /** Milliseconds; `Infinity` when there is no limit. */
  functionTimeout: number;
  /** Without slashes around it; may be empty. */
  routePrefix: string;
  /** Durations in milliseconds. */
  queues: QueueOptions;
  logLevel: Record<string, LogLevel>;
  /** Without a bundle the real host knows HTTP and timer triggers only. */
  hasExtensionBundle: boolean;
}

/** @throws ConfigurationError with every problem of the file. */
export function parseHostJson(text: string): HostJson {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ConfigurationError(`host.json is no JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new ConfigurationError(describeIssues(parsed.error, 'host.json: ').join('\n'));
  const { functionTimeout: timeout, extensions, logging } = parsed.data;
  return {
    functionTimeout: timeout,
    routePrefix: extensions.http.routePrefix,
    queues: extensions.queues,
    logLevel: logging.logLevel,
    hasExtensionBundle: parsed.data.extensionBundle !== undefined,
  };
}

export function readHostJson(root: string): HostJson {
  const file = join(root, 'host.json');
  try {
    return parseHostJson(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`${file} cannot be read: --root names the folder of a function app.`, {
      cause: error,
    });
  }
}
