/** The built bundle in the local host, in one process whose use of the processor can be asked for. */

import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { buildApp } from '../../../local/build.ts';
import { type Host, startHost } from '../../../local/host/start-host.ts';
import { root } from '../../../local/stack.ts';

/** Exchange's thirty a minute would be waited for and nothing else. This is twice what any mailbox gets in a round. */
const pace = { TENANTPOST_MAILBOX_MESSAGES_PER_MINUTE: '600' };

const hostJson = z.looseObject({
  extensions: z.looseObject({
    queues: z.looseObject({ batchSize: z.number(), newBatchThreshold: z.number(), maxPollingInterval: z.string() }),
  }),
});

/** A copy of the app, so that others may build it meanwhile. */
export interface App {
  readonly folder: string;
  readonly batchSize: number;
  readonly newBatchThreshold: number;
}

/** @param changed in place of what host.json says of queues. */
export async function copyApp(folder: string, changed: { readonly maxPollingInterval?: string } = {}): Promise<App> {
  const bundle = await buildApp();
  mkdirSync(join(folder, 'dist'), { recursive: true });
  copyFileSync(bundle, join(folder, 'dist', 'functions.cjs'));
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  const json = hostJson.parse(JSON.parse(readFileSync(join(root, 'host.json'), 'utf8')));
  const { queues } = json.extensions;
  Object.assign(queues, changed);
  writeFileSync(join(folder, 'host.json'), JSON.stringify(json));
  return { folder, batchSize: queues.batchSize, newBatchThreshold: queues.newBatchThreshold };
}

export interface MeasuredHost extends Host {
  /** Of the process, since it began. */
  cpuSeconds(): Promise<number>;
  /** How many mails were not sent at once: lines of its log. */
  putBack(): number;
}

export async function startMeasuredHost(app: App, settings: Readonly<Record<string, string>>): Promise<MeasuredHost> {
  const meter = createServer().listen(0, '127.0.0.1');
  await once(meter, 'listening');
  const connected = once(meter, 'connection') as Promise<[Socket]>;
  const more = process.env['SEND_BENCH_HOST_OPTIONS'] ?? '';
  let putBack = 0;
  const host = await startHost({
    root: app.folder,
    environment: 'Development',
    settings: {
      ...settings,
      ...pace,
      SEND_BENCH_PORT: String((meter.address() as AddressInfo).port),
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'cpu-meter-process.ts')).href} ${more}`,
    },
    onLine: (line) => {
      if (line.includes('job.put-back') || line.includes('job.to-poison')) putBack += 1;
    },
  });
  const [socket] = await connected;
  return {
    ...host,
    putBack: () => putBack,
    async cpuSeconds() {
      socket.write('?');
      const [line] = (await once(socket, 'data')) as [Buffer];
      return Number(line.toString());
    },
    async stop() {
      const code = await host.stop();
      socket.destroy();
      meter.close();
      return code;
    },
  };
}
