/**
 * What host and worker exchange about an invocation, in the shapes that `@azure/functions` takes and gives
 * (Azure/azure-functions-nodejs-library, types-core/index.d.ts). What comes back from the app is parsed.
 */

import { z } from 'zod';
import type { LogLevel } from './log.ts';

/** A value on its way to a function. Exactly one of these is set. */
export type TypedData = { string: string } | { json: string } | { bytes: Uint8Array } | { http: HttpData };

export interface HttpData {
  method: string;
  url: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  params: Record<string, string>;
  body?: { bytes: Uint8Array };
}

const value = z.object({
  string: z.string().nullish(),
  json: z.string().nullish(),
  bytes: z.instanceof(Uint8Array).nullish(),
  int: z.number().nullish(),
  double: z.number().nullish(),
});

const nullable = <T extends z.ZodType>(inner: T) => z.object({ value: inner }).nullish();

const cookie = z.object({
  name: z.string(),
  value: z.string(),
  domain: nullable(z.string()),
  path: nullable(z.string()),
  expires: nullable(z.object({ seconds: z.number() })),
  secure: nullable(z.boolean()),
  httpOnly: nullable(z.boolean()),
  sameSite: z.enum(['none', 'lax', 'strict', 'explicitNone']),
  maxAge: nullable(z.number()),
});

const http = z.object({
  statusCode: z.string(),
  headers: z.record(z.string(), z.string()),
  cookies: z.array(cookie),
  body: value.nullish(),
});

const returned = value.extend({ http: http.nullish() });

export const invocationResponse = z.object({
  returnValue: returned.nullish(),
  outputData: z.array(z.object({ name: z.string(), data: value })),
});

/** A value that a function returned, or set for an output binding. */
export type ReturnedData = z.output<typeof returned>;
export type OutputData = z.output<typeof value>;
export type HttpResult = z.output<typeof http>;
export type HttpCookie = z.output<typeof cookie>;

export type FunctionCallback = (...args: unknown[]) => unknown;
export type LogCategory = 'user' | 'system';

/** A retry policy's state; there is no exception at the first try. */
export interface RetryContext {
  retryCount: number;
  maxRetryCount: number;
  exception?: { message: string; source: string; stackTrace: string };
}

export interface CoreInvocationContext {
  invocationId: string;
  request: {
    invocationId: string;
    functionId: string;
    inputData: { name: string; data: TypedData }[];
    triggerMetadata: Record<string, TypedData>;
    retryContext?: RetryContext;
  };
  metadata: { name: string; bindings: Record<string, unknown> };
  /** Absent between the states. The library warns of a log call after the end unless hooks are running. */
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks';
  log(level: LogLevel, category: LogCategory, message: string): void;
}

/** How the library turns one request of the host into a call of the function, and its result into a response. */
interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<unknown>;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(capabilities: Record<string, string>): Record<string, string> | Promise<Record<string, string>>;
}
