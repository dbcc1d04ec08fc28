/** Azurite, Microsoft's own storage emulator, as a child process that ends with this one. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { compileCache } from './host/compile-cache.ts';

/** Public and the same everywhere (https://learn.microsoft.com/azure/storage/common/storage-connect-azurite). */
export const azuriteAccount = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export const storageServices = ['blob', 'queue', 'table'] as const;
type Service = (typeof storageServices)[number];

export interface AzuriteOptions {
  /** Where data is kept; left out, it is kept in memory and gone with the process. */
  folder?: string;
  /** Serves https, and takes tokens of Entra beside the account key. Azurite checks their claims, not their signature. */
  tls?: { certFile: string; keyFile: string };
  /** Those left out, and 0, are chosen by the system. */
  ports?: Partial<Record<Service, number>>;
}

export interface Azurite {
  /** With the account, without a slash at the end: `http://127.0.0.1:PORT/devstoreaccount1`. */
  readonly urls: Record<Service, string>;
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** @throws when it ends before all three services listen, naming the port if one is taken. */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const child = spawn(process.execPath, [...preloads(options), program(), ...argumentsOf(options)], {
    env: { ...process.env, ...compileCache },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C in the terminal is for the parent alone: whoever uses the storage is stopped before it.
    detached: process.platform !== 'win32',
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const deadline = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(deadline);
  };
  try {
    const urls = await whenListening(child);
    return { urls, connectionString: connectionStringOf(urls), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** With the account's key, for services that answer at these addresses. */
export function connectionStringOf(urls: Readonly<Record<Service, string>>): string {
  const endpoints = storageServices.map((service) => `${capital(service)}Endpoint=${urls[service]};`).join('');
  const protocol = new URL(urls.blob).protocol.slice(0, -1);
  return `DefaultEndpointsProtocol=${protocol};AccountName=${azuriteAccount};AccountKey=${accountKey};${endpoints}`;
}

/**
 * Closing the IPC channel, by `stop` or by the parent's death, runs what Azurite does on SIGTERM: data on disk is written
 * and the process ends. On Windows a real SIGTERM would end it at once.
 */
const endsWithParent = `data:text/javascript,process.on('disconnect',()=>process.emit('SIGTERM')||process.exit(1))`;

const inMemory = new URL('azurite-in-memory.mjs', import.meta.url).href;

function preloads({ folder }: AzuriteOptions): string[] {
  const modules = folder === undefined ? [endsWithParent, inMemory] : [endsWithParent];
  return modules.flatMap((module) => ['--import', module]);
}

function program(): string {
  return createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
}

function argumentsOf({ folder, tls, ports = {} }: AzuriteOptions): string[] {
  return [
    '--silent',
    '--disableTelemetry',
    // The SDKs are newer than the emulator and name service versions that it does not know yet.
    '--skipApiVersionCheck',
    ...storageServices.flatMap((service) => [`--${service}Port`, String(ports[service] ?? 0)]),
    // After its default of five seconds a connection could be closed in the moment in which a client uses it again.
    ...storageServices.flatMap((service) => [`--${service}KeepAliveTimeout`, '3600']),
    ...(folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder]),
    ...(tls ? ['--cert', tls.certFile, '--key', tls.keyFile, '--oauth', 'basic'] : []),
  ];
}

/** Readiness is what Azurite prints for each service once it listens. */
async function whenListening(child: ChildProcess): Promise<Record<Service, string>> {
  const urls: Partial<Record<Service, string>> = {};
  const printed: string[] = [];
  const listening = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      printed.splice(0, printed.length - 20);
      printed.push(line);
      const [, service, url] =
        /^Azurite (Blob|Queue|Table) service is successfully listening at (\S+)/.exec(line) ?? [];
      const key = storageServices.find((one) => one === service?.toLowerCase());
      if (key) urls[key] = `${url}/${azuriteAccount}`;
      if (storageServices.every((one) => urls[one] !== undefined)) listening.resolve();
    });
  }
  const failed = once(child, 'error').then(([error]: unknown[]) => {
    throw new Error('Azurite could not be started', { cause: error });
  });
  // Closed, not only ended: then everything that it printed is here.
  const ended = once(child, 'close').then(() => {
    throw new Error(explain(printed.join('\n')));
  });
  await Promise.race([listening.promise, ended, failed]);
  const { blob = '', queue = '', table = '' } = urls;
  return { blob, queue, table };
}

function explain(printed: string): string {
  const port = /EADDRINUSE.*:(\d+)/.exec(printed)?.[1];
  return port === undefined
    ? `Azurite ended before it was ready.\n${printed}`
    : `Port ${port}, wanted for Azurite, is taken. Stop what listens there, or choose another with --port.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
