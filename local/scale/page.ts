/** The tables of docs/scale.md, between their marks. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { assumed, limits, prices } from './assumptions.ts';
import { inputs } from './inputs.ts';
import {
  costOf,
  instancesOf,
  licencesOf,
  type LimitName,
  type Load,
  loads,
  mailboxesOf,
  peakOf,
  pollingOf,
  removalsPerDay,
  renewalsPerSecond,
  shardsOf,
  useOf,
} from './model.ts';

export const scaleFile = join(import.meta.dirname, '..', '..', 'docs', 'scale.md');

/** The page as it is, with the tables of now between their marks. */
export async function scalePage(): Promise<string> {
  const filepath = scaleFile;
  const page = Object.entries(tables).reduce(
    (text, [name, make]) => {
      const [, before, after] = new RegExp(`^([^]*<!-- ${name} -->\n)[^]*(<!-- /${name} -->\n[^]*)$`).exec(text) ?? [];
      if (before === undefined || after === undefined) throw new Error(`${filepath} has lost the marks of ${name}.`);
      return `${before}\n${make()}\n\n${after}`;
    },
    readFileSync(filepath, 'utf8'),
  );
  return format(page, { ...(await resolveConfig(filepath)), filepath });
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const dollars = (value: number): string => (value < 0.5 ? 'under 1' : whole(value));
const share = (value: number): string => {
  if (value < 0.001) return 'under 0.1 %';
  return value < 0.1 ? `${(value * 100).toFixed(1)} %` : `${whole(value * 100)} %`;
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const ofLoad = ({ tenants, messagesPerDay }: Load): string[] => [whole(tenants), whole(messagesPerDay)];

const limitNames: Readonly<Record<LimitName, string>> = {
  graph: 'Graph, of the app',
  partition: 'a partition of the tables',
  tables: 'rows of the tables',
  queue: 'a queue',
  account: 'requests of the account',
  vault: 'signatures of the vault',
  instances: 'instances',
  retention: 'removal of what is over',
};

const tables = {
  inputs: () =>
    table(
      ['What', 'How much', 'From'],
      [
        ['messages of a mailbox', `${inputs.messagesPerMinute} a minute`, '`TENANTPOST_MAILBOX_MESSAGES_PER_MINUTE`'],
        [
          'recipients of a mailbox',
          `${whole(inputs.recipientsPerDay)} a day`,
          '`TENANTPOST_MAILBOX_RECIPIENTS_PER_DAY`',
        ],
        [
          'table transactions of a message',
          `${inputs.callsPerMessage.tableTransactions}, of ${inputs.rowsPerTransaction} rows each`,
          '[sending.md](sending.md), `npm run bench`',
        ],
        ['more, for one that is given a turn', '1 transaction, 1 put, 1 get, 1 delete', 'the due queue'],
        [
          'messages at a time, of one instance',
          `${inputs.atOnce} of each queue`,
          '`batchSize` and `newBatchThreshold` in host.json',
        ],
        ['an empty queue is looked at', `each ${inputs.pollEverySeconds} s`, '`maxPollingInterval` in host.json'],
        ['queues', `${inputs.queues}`, 'intake, due, and the poison of each, by transport'],
        [
          'a token is renewed',
          `each ${whole(inputs.renewEverySeconds / 60)} minutes`,
          '[warming.md](warming.md), for a life of 75 minutes',
        ],
        ['instances at most', `${inputs.instances} of ${inputs.instanceGigabytes} GB`, 'infra/main.prod.bicepparam'],
        [
          'removals of the retention',
          `${inputs.removalLanes} at a time, ${whole(inputs.removalSeconds)} s an hour`,
          'the hourly timer',
        ],
      ],
    ),
  assumptions: () =>
    table(
      ['Assumed', 'How much'],
      [
        ['share of the day’s mail in its busiest hour', share(assumed.shareOfBusiestHour)],
        ['share of the mail that is given a turn', share(assumed.shareGivenTurn)],
        ['from the fetch of a message to its deletion', `${assumed.secondsPerMessage} s`],
        ['one removal', `${assumed.secondsPerRemoval * 1000} ms`],
        ['recipients of a mail', `${assumed.recipientsPerMail}, outside of the tenant`],
        ['a row of an outcome', `${assumed.kilobytesPerOutcome} KB`],
        ['telemetry of a mail, nothing sampled', `${assumed.kilobytesOfTelemetry} KB`],
        ['mail is spread evenly over tenants and their mailboxes', ''],
      ],
    ),
  tenant: () =>
    table(
      [
        'Tenants',
        'Messages a day',
        'Of a tenant',
        'Busiest hour',
        'Mailboxes it has to send from',
        'Licences it has to have',
      ],
      loads.map((load) => [
        ...ofLoad(load),
        whole(load.messagesPerDay / load.tenants),
        `${peakOf(load).toFixed(1)} a second`,
        whole(mailboxesOf(load)),
        whole(licencesOf(load)),
      ]),
    ),
  limits: () =>
    table(
      [
        'Tenants',
        'Messages a day',
        'First',
        'Then',
        'Partition',
        'Rows',
        'Queue',
        'Account',
        'Vault',
        'Instances',
        'Removal',
      ],
      loads.map((load) => {
        const use = useOf(load);
        const [first, then] = (Object.keys(limitNames) as LimitName[]).sort((one, other) => use[other] - use[one]);
        const named = (name: LimitName | undefined): string => (name ? `${limitNames[name]}, ${share(use[name])}` : '');
        return [
          ...ofLoad(load),
          `**${named(first)}**`,
          named(then),
          ...[use.partition, use.tables, use.queue, use.account, use.vault].map(share),
          `${instancesOf(load)} (${share(use.instances)})`,
          share(use.retention),
        ];
      }),
    ),
  steps: () =>
    table(
      ['Tenants', '`TENANTPOST_WARM_SHARDS`', 'Renewed', 'Signatures in ten seconds', 'Unwrapped'],
      [10, 1000, 10_000, 100_000].map((tenants) => {
        const load = { tenants, messagesPerDay: 0 };
        const renewals = renewalsPerSecond(load);
        return [
          whole(tenants),
          String(shardsOf(load)),
          `${renewals.toFixed(renewals < 1 ? 3 : 1)} tokens a second`,
          `${(renewals * 10).toFixed(1)} of ${whole(limits.signaturesPerSecond * 10)}`,
          'one data key, once by each instance that starts',
        ];
      }),
    ),
  costs: () =>
    table(
      [
        'Tenants',
        'Messages a day',
        'Functions',
        'Tables',
        'Queues',
        'Polling',
        'Vault',
        'Sum',
        'Logs, nothing sampled',
        'Logs, a tenth of it',
      ],
      loads.map((load) => {
        const { functions, tables: rows, queues, polling, vault, logs } = costOf(load);
        const tenth = costOf({ ...load, messagesPerDay: load.messagesPerDay / 10 }).logs;
        return [
          ...ofLoad(load),
          ...[functions, rows, queues, polling, vault].map(dollars),
          `**${dollars(functions + rows + queues + polling + vault)}**`,
          dollars(logs),
          dollars(tenth),
        ];
      }),
    ),
  prices: () =>
    table(
      ['Price', 'US dollars', 'From'],
      [
        [
          'Flex Consumption, on demand',
          `${prices.gigabyteSecond.toFixed(6)} a GB-s after ${whole(prices.freeGigabyteSeconds)}; ${prices.millionExecutions} a million executions after ${whole(prices.freeExecutions)}`,
          '[a comparison of 2025](https://modal.com/blog/azure-function-pricing-guide) that quotes Microsoft’s page for East US',
        ],
        ['Flex Consumption, always ready', `${prices.alwaysReadyGigabyteSecond.toFixed(6)} a GB-s`, 'assumption'],
        [
          'table calls',
          `${prices.tenThousandTableCalls} for 10,000; a transaction of several rows counted as one`,
          'assumption: figures between 0.00036 and 0.004 are about, this is the highest',
        ],
        ['table rows', `${prices.tableGigabyteMonth} a GB and month`, 'assumption, LRS; ZRS is about a quarter more'],
        ['queue calls', `${prices.tenThousandQueueCalls} for 10,000`, 'assumption, LRS'],
        [
          'vault, keys of 2,048 bits by software',
          `${prices.tenThousandVaultCalls} for 10,000; five times that for 3,072 and 4,096 bits`,
          'assumption, as public price overviews have it',
        ],
        [
          'Log Analytics',
          `${prices.logGigabyte.toFixed(2)} a GB after ${prices.freeLogGigabytes}`,
          '[an overview of 2026](https://monitoringcost.com/azure-monitor-cost)',
        ],
      ],
    ),
  figures: () =>
    table(
      ['Figure', 'How much'],
      [
        ['Mail of a day that the retention can remove in a day', whole(removalsPerDay)],
        [
          'Polling of empty queues, at most, as host.json has it',
          `${pollingOf(inputs.pollEverySeconds).toFixed(2)} dollars a month`,
        ],
        ['The same with the host’s default of a minute', `${pollingOf(60).toFixed(2)} dollars a month`],
        ['The same with a tenth of a second', `${pollingOf(0.1).toFixed(2)} dollars a month`],
      ],
    ),
} satisfies Record<string, () => string>;
