/** Runs one invocation of a function the way the worker does, and counts what is under way so that a stop can wait for it. */

import type { FunctionDefinition } from './function-definition.ts';
import type { FunctionsCore } from './functions-core.ts';
import type { Log } from './log.ts';
import type { QueueOutputs } from './queue-outputs.ts';
import {
  type CoreInvocationContext,
  invocationResponse,
  type RetryContext,
  type ReturnedData,
  type TypedData,
} from './rpc.ts';
import { longestTimer } from './sleep.ts';
import { formatTimeSpan } from './time-span.ts';

export interface InvocationRequest {
  /** What the trigger hands to the function. */
  data: TypedData;
  /**
   * For queue triggers: makes what arrives as `context.triggerMetadata`. It runs inside the invocation, since whoever
   * writes to the queue can make it throw: JSON that can be parsed may be nested too deeply to be written again.
   */
  triggerMetadata?: () => Record<string, TypedData>;
  /** Of functions with a retry policy. */
  retryContext?: RetryContext;
  /** Why, for the log: never the content of a message or request. */
  reason: string;
}

export type InvocationResult =
  { succeeded: true; returnValue: ReturnedData | null | undefined } | { succeeded: false; error: Error };

/** What hooks find where there is no result, or no error; they may put anything there. */
const nothing: unknown = null;

class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError';
}

export class Invoker {
  readonly #core: FunctionsCore;
  readonly #outputs: QueueOutputs;
  readonly #log: Log;
  readonly #timeout: number;
  readonly #running = new Set<Promise<unknown>>();

  /** @param timeout functionTimeout in milliseconds, `Infinity` for none. */
  constructor(core: FunctionsCore, outputs: QueueOutputs, log: Log, timeout: number) {
    this.#core = core;
    this.#outputs = outputs;
    this.#log = log;
    this.#timeout = timeout;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Resolves when nothing is under way, also counting what starts in the meantime. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Never rejects: a failure is logged here, and what it means is the trigger's to decide. */
  invoke(definition: FunctionDefinition, request: InvocationRequest): Promise<InvocationResult> {
    const run = this.#run(definition, request);
    this.#running.add(run);
    return run.finally(() => this.#running.delete(run));
  }

  async #run(definition: FunctionDefinition, request: InvocationRequest): Promise<InvocationResult> {
    const { name } = definition;
    const invocationId = crypto.randomUUID();
    const log = this.#log.logger(name, `Function.${name}`);
    const began = performance.now();
    const ended = (how: string): string =>
      `Executed 'Functions.${name}' (${how}, Id=${invocationId}, Duration=${Math.round(performance.now() - began)}ms)`;
    log.info(`Executing 'Functions.${name}' (Reason='${request.reason}', Id=${invocationId})`);
    try {
      const returnValue = await this.#withTimeout(this.#execute(definition, request, invocationId));
      log.info(ended('Succeeded'));
      return { succeeded: true, returnValue };
    } catch (error) {
      if (error instanceof FunctionTimeoutError) log.error(`${ended('Failed')}: ${error.message}`);
      else log.error(ended('Failed'), error);
      return { succeeded: false, error: asError(error) };
    }
  }

  /** The order of the public worker's InvocationHandler (Azure/azure-functions-nodejs-worker). */
  async #execute(definition: FunctionDefinition, request: InvocationRequest, invocationId: string) {
    const { name, bindings, trigger } = definition;
    const user = this.#log.logger(name, `Function.${name}.User`);
    let context: unknown;
    const coreContext: CoreInvocationContext = {
      invocationId,
      request: {
        invocationId,
        functionId: name,
        inputData: [{ name: trigger.name, data: request.data }],
        triggerMetadata: request.triggerMetadata?.() ?? {},
        ...(request.retryContext && { retryContext: request.retryContext }),
      },
      metadata: { name, bindings },
      log: (level, category, message) => {
        const changed = this.#core.runLogHooks(level, category, message, context);
        user.write(changed.level, changed.message);
      },
    };
    const model = await this.#core.model.getInvocationModel(coreContext);
    const given = await model.getArguments();
    context = given.context;

    const hookData = {};
    const before = {
      hookData,
      invocationContext: context,
      inputs: given.inputs,
      functionCallback: definition.callback,
    };
    coreContext.state = 'preInvocationHooks';
    await this.#core.runHooks('preInvocation', before);

    const { inputs } = before;
    const after = { hookData, invocationContext: context, inputs, result: nothing, error: nothing };
    coreContext.state = 'invocation';
    try {
      after.result = await model.invokeFunction(context, inputs, before.functionCallback);
    } catch (error) {
      after.error = error ?? new Error('The function threw nothing');
    }
    coreContext.state = 'postInvocationHooks';
    await this.#core.runHooks('postInvocation', after);
    delete coreContext.state;
    // A hook that clears `error` makes the invocation succeed.
    if (after.error) throw asError(after.error);

    const response = invocationResponse.parse(await model.getResponse(context, after.result));
    await this.#outputs.write(definition.outputs, response);
    return response.returnValue;
  }

  /**
   * The real host restarts the worker when functionTimeout is over. Worker and host are one process here, so the
   * invocation is failed and given up, and its code may go on in the background: the log says so.
   */
  async #withTimeout<T>(work: Promise<T>): Promise<T> {
    if (this.#timeout === Infinity) return work;
    const limit = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => {
        const span = formatTimeSpan(this.#timeout);
        limit.reject(
          new FunctionTimeoutError(`functionTimeout ${span} is over. The local host cannot stop the function's code.`),
        );
      },
      Math.min(this.#timeout, longestTimer),
    );
    try {
      return await Promise.race([work, limit.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A function may throw anything. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`The function threw ${String(thrown)}`, { cause: thrown });
}
