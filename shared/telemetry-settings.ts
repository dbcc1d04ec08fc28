/** The settings that say where telemetry goes: their forms, and what goes together. */

import { z } from 'zod';

export type TelemetryConfig =
  | { readonly kind: 'off' }
  /** To standard output, for whoever wants to see what there is. */
  | { readonly kind: 'console' }
  | {
      readonly kind: 'otlp';
      /** The root of a collector: each signal has a path of its own below it. */
      readonly endpoint: string;
      readonly traceRatio: number;
    }
  | { readonly kind: 'azure-monitor'; readonly connectionString: string; readonly traceRatio: number };

const kinds = ['off', 'console', 'otlp', 'azure-monitor'] as const;

/** App Service sets it when Application Insights is connected. It is no secret where local authentication is off. */
const connectionString = z.string().refine((text) => {
  const parts = new Map(text.split(';').map((part) => [part.split('=')[0]?.trim().toLowerCase(), part]));
  const key = parts.get('instrumentationkey')?.split('=')[1] ?? '';
  const endpoint = parts.get('ingestionendpoint')?.split('=')[1];
  const isKey = z.guid().safeParse(key.trim()).success;
  return isKey && (endpoint === undefined || URL.parse(endpoint)?.protocol === 'https:');
}, 'a connection string of Application Insights, InstrumentationKey=<GUID>;IngestionEndpoint=https://...');

const collector = z
  .string()
  .transform((text) => text.replace(/\/+$/, ''))
  .refine((text) => {
    const url = URL.parse(text);
    const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
    return isWeb && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  }, 'an address of an OpenTelemetry collector, like https://collector.example.com:4318: no query, and no credentials');

const ratio = z
  .string()
  .regex(/^(0(\.\d{1,4})?|1(\.0{1,4})?)$/, 'a number from 0 to 1')
  .transform(Number);

export const telemetrySettings = {
  TENANTPOST_TELEMETRY: z.enum(kinds, { error: `one of ${kinds.join(', ')}` }).optional(),
  TENANTPOST_TRACE_RATIO: ratio.default(1),
  /** https://opentelemetry.io/docs/specs/otel/protocol/exporter/; the host sends its own there as well. */
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.optional(),
  APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString.optional(),
};

type Environment = z.infer<z.ZodObject<typeof telemetrySettings>>;

interface Problem {
  readonly setting: string;
  readonly expected: string;
}

/** Telemetry that was asked for and goes nowhere is missed on the day when something has happened. */
export function telemetryProblems(given: Readonly<Record<string, unknown>>): Problem[] {
  const kind = given['TENANTPOST_TELEMETRY'];
  const needs: Readonly<Record<string, string>> = {
    otlp: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    'azure-monitor': 'APPLICATIONINSIGHTS_CONNECTION_STRING',
  };
  const setting = typeof kind === 'string' ? needs[kind] : undefined;
  if (setting === undefined || setting in given) return [];
  return [{ setting, expected: `a value, since TENANTPOST_TELEMETRY is ${String(kind)} (it is not set)` }];
}

/** Where nothing is said, Application Insights if it is connected. */
export function toTelemetry(environment: Environment): TelemetryConfig {
  const connection = environment.APPLICATIONINSIGHTS_CONNECTION_STRING;
  const kind = environment.TENANTPOST_TELEMETRY ?? (connection === undefined ? 'off' : 'azure-monitor');
  const traceRatio = environment.TENANTPOST_TRACE_RATIO;
  switch (kind) {
    case 'otlp':
      return { kind, endpoint: environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? '', traceRatio };
    case 'azure-monitor':
      return { kind, connectionString: connection ?? '', traceRatio };
    default:
      return { kind };
  }
}
