/** What this app measures. The names are stable: dashboards and alerts go by them. docs/telemetry.md has the same table. */

/** Ids of tenants, mailboxes or messages never become attributes: each value is a time series of its own. */
type Attributes = Readonly<Record<string, string>>;

interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** https://opentelemetry.io/docs/specs/semconv/general/metrics/#units */
  readonly unit: string;
  readonly attributes: readonly string[];
  readonly meaning: string;
}

export const metricTable = {
  'tenantpost.mail.sent': {
    kind: 'counter',
    unit: '{mail}',
    attributes: ['transport'],
    meaning: 'Mails that Microsoft has taken.',
  },
  'tenantpost.mail.refused': {
    kind: 'counter',
    unit: '{mail}',
    attributes: ['transport', 'code'],
    meaning: 'Jobs that were not tried, by the reason.',
  },
  'tenantpost.mail.failed': {
    kind: 'counter',
    unit: '{mail}',
    attributes: ['transport', 'code'],
    meaning: 'Jobs that Microsoft has refused for good, by the reason.',
  },
  'tenantpost.mail.unknown': {
    kind: 'counter',
    unit: '{mail}',
    attributes: ['transport', 'code'],
    meaning: 'Jobs of which nobody can tell whether they left.',
  },
  'tenantpost.mail.cancelled': {
    kind: 'counter',
    unit: '{mail}',
    attributes: ['transport'],
    meaning: 'Jobs that were taken back before they left.',
  },
  'tenantpost.mail.throttled': {
    kind: 'counter',
    unit: '{answer}',
    attributes: ['transport'],
    meaning: 'Answers by which Microsoft asked to slow down (429 of Graph, its like of SMTP).',
  },
  'tenantpost.mail.waiting_seconds': {
    kind: 'histogram',
    unit: 's',
    attributes: ['transport'],
    meaning:
      'From when a job was submitted, or first looked at where its producer put it on the queue, or from its notBefore, until Microsoft took it.',
  },
  'tenantpost.mail.gate_seconds': {
    kind: 'histogram',
    unit: 's',
    attributes: ['transport'],
    meaning: "How long its mailbox's gate lets a job wait for its turn, each time that it is asked; 0 for at once.",
  },
  'tenantpost.queue.messages': {
    kind: 'gauge',
    unit: '{message}',
    attributes: ['queue'],
    meaning: 'About how many messages a queue has, those included that are hidden until their time.',
  },
  'tenantpost.queue.oldest_seconds': {
    kind: 'gauge',
    unit: 's',
    attributes: ['queue'],
    meaning: 'The age of the message that is next in a queue, of those that are due; 0 where none is.',
  },
  'tenantpost.poison.messages': {
    kind: 'gauge',
    unit: '{message}',
    attributes: ['transport'],
    meaning: 'Entries in poison; at least so many, where there are more than one look reads.',
  },
  'tenantpost.tenants': {
    kind: 'gauge',
    unit: '{tenant}',
    attributes: ['state', 'shard'],
    meaning: 'Tenants by state. Each timer counts its own: add up the shards.',
  },
  'tenantpost.tokens.hits': {
    kind: 'counter',
    unit: '{token}',
    attributes: [],
    meaning: "Tokens from this process's memory.",
  },
  'tenantpost.tokens.misses': {
    kind: 'counter',
    unit: '{token}',
    attributes: [],
    meaning: 'Tokens that were looked for further away: in the table, then at Entra.',
  },
  'tenantpost.tokens.requests': {
    kind: 'counter',
    unit: '{request}',
    attributes: ['resource'],
    meaning: 'Requests to Entra.',
  },
  'tenantpost.tokens.failures': {
    kind: 'counter',
    unit: '{request}',
    attributes: ['resource', 'code'],
    meaning: 'Requests to Entra that brought no token that can be used, by the reason.',
  },
  'tenantpost.tokens.wrong': {
    kind: 'counter',
    unit: '{token}',
    attributes: ['origin'],
    meaning: 'Tokens that were not the one asked for, and were not used. Any is an alarm.',
  },
  'tenantpost.credential.days_left': {
    kind: 'gauge',
    unit: 'd',
    attributes: ['proof'],
    meaning: 'Days until a certificate or secret expires.',
  },
  'tenantpost.warm.tokens_due': {
    kind: 'gauge',
    unit: '{token}',
    attributes: ['shard'],
    meaning: 'Tokens and proofs that were due when a run of the timer began.',
  },
  'tenantpost.warm.tokens_left': {
    kind: 'gauge',
    unit: '{token}',
    attributes: ['shard'],
    meaning: 'Of these, those left to the next run.',
  },
  'tenantpost.warm.seconds': {
    kind: 'histogram',
    unit: 's',
    attributes: [],
    meaning: 'How long a run of the timer took.',
  },
  'tenantpost.telemetry.lost': {
    kind: 'counter',
    unit: '{item}',
    attributes: ['signal'],
    meaning: 'Spans, log records and metrics whose export failed. They are not tried again.',
  },
} as const satisfies Readonly<Record<string, Metric>>;

type NameOf<Kind extends Metric['kind']> = {
  [Name in keyof typeof metricTable]: (typeof metricTable)[Name]['kind'] extends Kind ? Name : never;
}[keyof typeof metricTable];

export type CounterName = NameOf<'counter'>;
export type GaugeName = NameOf<'gauge'>;
export type HistogramName = NameOf<'histogram'>;

export interface Metrics {
  /** @param by 1 if left out. */
  count(name: CounterName, attributes?: Attributes, by?: number): void;
  gauge(name: GaugeName, value: number, attributes?: Attributes): void;
  record(name: HistogramName, value: number, attributes?: Attributes): void;
}

/** For who measures nothing. */
export const noMetrics: Metrics = { count: () => {}, gauge: () => {}, record: () => {} };
