/** A function as the app registered it. What this host does not implement is refused by name when it is registered. */

import { z } from 'zod';
import { ConfigurationError, describeIssues, notImplemented } from './describe-issues.ts';
import type { RetryPolicy } from './retry.ts';
import type { FunctionCallback } from './rpc.ts';
import { hostConnection } from './storage.ts';

/**
 * `properties` only says whether SDK binding types are wanted; `sdkBinding: true` asks for them. They would reach the
 * handler as clients of the storage SDK, which the real host makes and this one does not.
 */
const common = {
  name: z.string(),
  properties: z.object({ supportsDeferredBinding: z.literal('false', notImplemented('sdkBinding')) }).optional(),
};
const trigger = { ...common, direction: z.literal('in') };
const output = { ...common, direction: z.literal('out') };
const connection = z
  .string()
  .optional()
  .transform((name) => name || hostConnection);

const httpTrigger = z.strictObject({
  ...trigger,
  type: z.literal('httpTrigger'),
  authLevel: z.enum(['anonymous', 'function', 'admin']),
  methods: z.array(z.string().transform((method) => method.toUpperCase())),
  route: z.string().optional(),
});
const queueTrigger = z.strictObject({ ...trigger, type: z.literal('queueTrigger'), queueName: z.string(), connection });
const timerTrigger = z.strictObject({
  ...trigger,
  type: z.literal('timerTrigger'),
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});
const httpOutput = z.strictObject({
  ...output,
  name: z.literal('$return'),
  type: z.literal('http'),
});
const queueOutput = z.strictObject({ ...output, type: z.literal('queue'), queueName: z.string(), connection });

const schemas = { httpTrigger, queueTrigger, timerTrigger, http: httpOutput, queue: queueOutput };

export type HttpTrigger = z.output<typeof httpTrigger>;
export type QueueTrigger = z.output<typeof queueTrigger>;
export type TimerTrigger = z.output<typeof timerTrigger>;
export type QueueOutput = z.output<typeof queueOutput>;
type Binding = HttpTrigger | QueueTrigger | TimerTrigger | QueueOutput | z.output<typeof httpOutput>;

export interface FunctionDefinition {
  name: string;
  trigger: HttpTrigger | QueueTrigger | TimerTrigger;
  /** Queue outputs by binding name; `$return` is the function's result. */
  outputs: QueueOutput[];
  /** As the app wrote them, for the library. */
  bindings: Record<string, unknown>;
  retry: RetryPolicy | undefined;
  callback: FunctionCallback;
}

/** The library rounds to whole seconds. */
const interval = z.object({ seconds: z.number().min(0) }).transform(({ seconds }) => seconds * 1000);
const retryCommon = { strategy: z.unknown(), maxRetryCount: z.int().min(-1) };
const notOfThis = z.unknown().optional();
const retryPolicy = z
  .discriminatedUnion('retryStrategy', [
    z.strictObject({
      ...retryCommon,
      retryStrategy: z.literal('fixedDelay'),
      delayInterval: interval,
      minimumInterval: notOfThis,
      maximumInterval: notOfThis,
    }),
    z.strictObject({
      ...retryCommon,
      retryStrategy: z.literal('exponentialBackoff'),
      delayInterval: notOfThis,
      minimumInterval: interval,
      maximumInterval: interval,
    }),
  ])
  .refine((one) => one.retryStrategy === 'fixedDelay' || one.minimumInterval <= one.maximumInterval, {
    path: ['minimumInterval'],
    error: 'is longer than maximumInterval',
  })
  .transform((one): RetryPolicy => {
    const { maxRetryCount } = one;
    if (one.retryStrategy === 'fixedDelay') {
      return { strategy: one.retryStrategy, maxRetryCount, delayInterval: one.delayInterval };
    }
    const { minimumInterval, maximumInterval } = one;
    return { strategy: one.retryStrategy, maxRetryCount, minimumInterval, maximumInterval };
  });

const registration = z.object({
  name: z
    .string()
    .regex(/^[a-z][\w-]{0,127}$/i, 'is no function name: a letter, then letters, digits, - and _, 128 at most')
    .refine((name) => name.toLowerCase() !== 'host', 'is taken by the host'),
  bindings: z.record(z.string(), z.looseObject({ type: z.string() })),
  retryOptions: z.unknown().optional(),
});

/** @throws ConfigurationError */
export function parseRegistration(metadata: unknown, callback: FunctionCallback): FunctionDefinition {
  const parsed = registration.safeParse(metadata);
  if (!parsed.success) throw new ConfigurationError(describeIssues(parsed.error, 'function ').join('\n'));
  const { name, bindings, retryOptions } = parsed.data;
  const all = Object.entries(bindings).map(([key, binding]) => parseBinding(name, key, binding));
  const triggers = all.filter((binding) => binding.type !== 'http' && binding.type !== 'queue');
  const [first] = triggers;
  if (first === undefined || triggers.length > 1) {
    throw new ConfigurationError(`function ${name}: ${triggers.length} triggers, one is needed`);
  }
  const retry = parseRetry(name, first.type, retryOptions);
  return {
    name,
    trigger: first,
    outputs: all.filter((binding) => binding.type === 'queue'),
    bindings,
    retry,
    callback,
  };
}

function parseRetry(functionName: string, triggerType: string, options: unknown): RetryPolicy | undefined {
  if (options === undefined || options === null) return undefined;
  const owner = `function ${functionName}: retry`;
  if (triggerType === 'httpTrigger') throw new ConfigurationError(notImplemented(`${owner} of an HTTP function`));
  const parsed = retryPolicy.safeParse(options);
  if (!parsed.success) throw new ConfigurationError(describeIssues(parsed.error, `${owner}.`).join('\n'));
  return parsed.data;
}

function parseBinding(functionName: string, key: string, binding: { type: string }): Binding {
  const owner = `function ${functionName}: ${binding.type} binding: `;
  // A trigger that nothing listens for would never run, and an output that nothing writes would be lost without a word.
  if (!isImplemented(binding.type)) {
    throw new ConfigurationError(
      notImplemented(`function ${functionName}: ${binding.type}`, 'run the app with func start'),
    );
  }
  const parsed = schemas[binding.type].safeParse({ ...binding, name: key });
  if (!parsed.success) throw new ConfigurationError(describeIssues(parsed.error, owner).join('\n'));
  return parsed.data;
}

function isImplemented(type: string): type is keyof typeof schemas {
  return Object.hasOwn(schemas, type);
}
