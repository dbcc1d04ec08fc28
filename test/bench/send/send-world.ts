/** What is measured, started: the cloud, the least program, and the queues that both programs are fed by. */

import { TableClient } from '@azure/data-tables';
import {
  AccountSASPermissions,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-queue';
import { trust } from '../../../local/trust.ts';
import { waitFor } from '../../../local/wait.ts';
import { queues } from '../../../shared/names.ts';
import { HelperProcess } from '../tokens/helper-process.ts';
import { MailFeed } from './mail-feed.ts';
import type { App } from './measured-host.ts';
import {
  type FromLeast,
  fromLeast,
  type FromSendCloud,
  fromSendCloud,
  type Kept,
  type SendWorld,
  type Taken,
} from './send-messages.ts';

/** Queue and table of the least program; the app has its own. */
const leastName = 'least';

export class World {
  readonly #cloud: HelperProcess<FromSendCloud>;
  readonly #least: HelperProcess<FromLeast>;
  readonly feed: MailFeed;
  /** The app's settings, through the front, which keeps the journal. */
  readonly throughFront: Readonly<Record<string, string>>;
  /** The app's settings, tokens in place of an account key too, with Azurite itself: the front takes as long as it does. */
  readonly direct: Readonly<Record<string, string>>;

  private constructor(cloud: HelperProcess<FromSendCloud>, least: HelperProcess<FromLeast>, world: SendWorld) {
    this.#cloud = cloud;
    this.#least = least;
    const { settings, connectionString, mailboxes } = world;
    this.feed = new MailFeed(connectionString, mailboxes);
    this.throughFront = settings;
    const uris = ['blob', 'queue', 'table'].map((service) => [
      `AzureWebJobsStorage__${service}ServiceUri`,
      endpointIn(connectionString, service),
    ]);
    this.direct = { ...settings, ...Object.fromEntries(uris) };
  }

  static async start(app: App): Promise<World> {
    const cloud = new HelperProcess(fromSendCloud, { file: 'send/send-cloud-process.ts' });
    const world = await cloud.next();
    if (!('settings' in world)) throw new Error('The cloud said something else.');
    trust(world.ca);
    const { NODE_EXTRA_CA_CERTS: caFile = '' } = world.settings;
    const environment = { NODE_EXTRA_CA_CERTS: caFile };
    const least = new HelperProcess(fromLeast, { file: 'send/least-process.ts', environment });
    const started = new World(cloud, least, world);
    await started.#setUpLeast(world, app);
    return started;
  }

  async #setUpLeast({ connectionString, graphUrl, tokens }: SendWorld, app: App): Promise<void> {
    await this.feed.create(leastName);
    await TableClient.fromConnectionString(connectionString, leastName).createTable();
    const { batchSize, newBatchThreshold } = app;
    await this.#least.ask({
      setUp: {
        queueUrl: `${endpointIn(connectionString, 'queue')}/${leastName}`,
        tableUrl: `${endpointIn(connectionString, 'table')}/${leastName}`,
        signature: signatureFor(connectionString),
        ...{ graphUrl, tokens, batchSize, newBatchThreshold },
      },
    });
  }

  runLeast(kept: Kept, messages: number): Promise<unknown> {
    return this.#least.ask({ run: kept, messages });
  }

  async leastCpuSeconds(): Promise<number> {
    const answer = await this.#least.ask({ question: 'cpu' });
    if (!('cpuSeconds' in answer)) throw new Error('The least program said something else.');
    return answer.cpuSeconds;
  }

  /** Until Graph has accepted so many and nothing is left on the queue. */
  async finished(queue: string, messages: number): Promise<void> {
    await waitFor(
      'Graph to have accepted all',
      async () => {
        const answer = await this.#cloud.ask({ question: 'count' });
        return 'count' in answer && answer.count >= messages ? true : undefined;
      },
      120_000,
    );
    await waitFor('the queue to be empty', async () => ((await this.feed.left(queue)) === 0 ? true : undefined));
  }

  /** What has happened since the last look. */
  async take(): Promise<Taken> {
    const answer = await this.#cloud.ask({ question: 'take' });
    if (!('accepted' in answer)) throw new Error('The cloud said something else.');
    return answer;
  }

  async end(): Promise<void> {
    await this.#least.end();
    await this.#cloud.end();
  }
}

const part = (connectionString: string, name: string): string =>
  new RegExp(`${name}=(.*?);`, 'i').exec(connectionString)?.[1] ?? '';

const endpointIn = (connectionString: string, service: string): string => part(connectionString, `${service}Endpoint`);

function signatureFor(connectionString: string): string {
  const account = new StorageSharedKeyCredential(
    part(connectionString, 'AccountName'),
    part(connectionString, 'AccountKey'),
  );
  const allowed = {
    expiresOn: new Date(Date.now() + 24 * 60 * 60 * 1000),
    permissions: AccountSASPermissions.parse('rwdlaup'),
    services: 'qt',
    resourceTypes: 'sco',
  };
  return generateAccountSASQueryParameters(allowed, account).toString();
}

export const queueOf = { app: queues.mailGraph, least: leastName } as const;
