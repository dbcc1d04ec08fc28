/**
 * `@azure/functions-core`, the module that exists only inside a Functions worker: through it the library registers
 * functions and hooks. Without it the library merely warns, goes into test mode, and no function registers.
 */

import Module from 'node:module';
import { ConfigurationError, notImplemented } from './describe-issues.ts';
import { type FunctionDefinition, parseRegistration } from './function-definition.ts';
import type { LogLevel } from './log.ts';
import type { FunctionCallback, LogCategory, ProgrammingModel } from './rpc.ts';

/** The versions whose behaviour this host follows; libraries ask for them to tell what they may use. */
const workerVersion = '3.9.1';
const hostVersion = '4.1037.0';

const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
type HookName = (typeof hookNames)[number];
type HookCallback = (context: object) => unknown;

export class FunctionsCore {
  readonly functions = new Map<string, FunctionDefinition>();
  readonly #hooks: Record<HookName, HookCallback[]> = {
    appStart: [],
    appTerminate: [],
    preInvocation: [],
    postInvocation: [],
    log: [],
  };
  /** Shared by every hook of the app, and by appStart and appTerminate alone. */
  readonly #appHookData: Record<string, unknown> = {};
  readonly #appLevelHookData: Record<string, unknown> = {};
  readonly #log: (level: LogLevel, message: string) => void;
  #model: ProgrammingModel | undefined;
  #started = false;

  /** @param log where the library and the app log outside of an invocation. */
  constructor(log: (level: LogLevel, message: string) => void) {
    this.#log = log;
  }

  get model(): ProgrammingModel {
    if (this.#model) return this.#model;
    throw new ConfigurationError('The app set no programming model: it must use @azure/functions v4.');
  }

  /** Makes `require('@azure/functions-core')` answer in this process; must run before the app is loaded. */
  install(): void {
    const core = this.#module();
    const original = Module.prototype.require;
    // The public worker replaces the same method; @azure/functions is CommonJS, so an import of it ends here as well.
    Module.prototype.require = function (this: Module, id: string): unknown {
      return id === '@azure/functions-core' ? core : original.call(this, id);
    };
  }

  /** Runs the app's start: its hooks, then the end of `app.setup`. Nothing can be registered after this. */
  async start(functionAppDirectory: string): Promise<void> {
    this.#started = true;
    await this.runHooks('appStart', { hookData: this.#appLevelHookData, functionAppDirectory });
    const capabilities = await this.model.getCapabilities?.({});
    // With it the library opens a proxy of its own on all interfaces and expects the host to send requests there.
    if (capabilities?.['HttpUri'] !== undefined) {
      throw new ConfigurationError(notImplemented('app.setup: enableHttpStream'));
    }
  }

  async terminate(): Promise<void> {
    await this.runHooks('appTerminate', { hookData: this.#appLevelHookData });
  }

  /** Hooks run one after the other; one that throws stops the rest and the caller. The context is theirs to change. */
  async runHooks(name: Exclude<HookName, 'log'>, context: object): Promise<void> {
    Object.assign(context, { appHookData: this.#appHookData });
    for (const hook of this.#hooks[name]) await hook(context);
  }

  /** Log hooks may change level and message of what the app logs, not of what the library logs. */
  runLogHooks(level: LogLevel, category: LogCategory, message: string, invocationContext?: unknown) {
    const context = { hookData: {}, appHookData: this.#appHookData, level, category, message, invocationContext };
    for (const hook of this.#hooks.log) void hook(context);
    return category === 'user' ? { level: context.level, message: context.message } : { level, message };
  }

  #module() {
    return {
      version: workerVersion,
      hostVersion,
      Disposable,
      registerFunction: (metadata: unknown, callback: FunctionCallback): Disposable => {
        this.#refuseLate('function');
        const definition = parseRegistration(metadata, callback);
        const key = definition.name.toLowerCase();
        if (this.functions.has(key)) {
          throw new ConfigurationError(`Function ${definition.name} is registered twice (names ignore case).`);
        }
        this.functions.set(key, definition);
        return new Disposable(() => this.functions.delete(key));
      },
      registerHook: (name: HookName, callback: HookCallback): Disposable => {
        if (!hookNames.includes(name)) throw new RangeError(`Unrecognized hook "${String(name)}"`);
        const hooks = this.#hooks[name];
        hooks.push(callback);
        return new Disposable(() => hooks.splice(hooks.indexOf(callback), 1));
      },
      setProgrammingModel: (model: ProgrammingModel): void => {
        this.#refuseLate('programming model');
        this.#model = model;
      },
      getProgrammingModel: (): ProgrammingModel => this.model,
      log: (level: LogLevel, category: LogCategory, message: string): void => {
        const changed = this.runLogHooks(level, category, message);
        this.#log(changed.level, changed.message);
      },
    };
  }

  #refuseLate(what: string): void {
    if (this.#started) throw new Error(`A ${what} can only be registered during app startup.`);
  }
}

/** Undoes a registration. */
class Disposable {
  #dispose: (() => unknown) | undefined;

  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }

  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => parts.forEach((part) => part.dispose()));
  }

  dispose(): void {
    this.#dispose?.();
    this.#dispose = undefined;
  }
}
