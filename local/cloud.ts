/**
 * `npm run cloud`: the local Microsoft cloud by itself, without our app, left running until Ctrl-C. What it prints points
 * any application at it.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { help, readArguments } from './arguments.ts';
import { dotenv, endpointsOf } from './cloud/environment.ts';
import { exampleSeed, InvalidSeedError, type LocalCloud, startCloud } from './cloud/index.ts';
import { seedFileSchema } from './cloud/seed-file/seed-file.ts';
import { endpointNames, portsInARow } from './cloud/urls.ts';
import { describeCloud } from './describe-cloud.ts';
import { isSomebodys, localSettingsOf, writeLocalSettings } from './local-settings.ts';
import { plainPortCount, servePlainStorage } from './plain-storage.ts';
import { localStorage } from './storage.ts';

const defaultPort = 7100;
const mostPort = 65_536 - endpointNames.length - plainPortCount;

const usage = `npm run cloud [-- --port ${defaultPort}] [--folder DIR] [--seed FILE] [--env FILE] [--json]

Starts the local Microsoft cloud (Entra, Graph mail, Key Vault, managed identity, storage, mail servers) without the app
and leaves it running until Ctrl-C. It listens on loopback only.

  --port N             the first of ${endpointNames.length} ports in a row, ${defaultPort} if left out: ${endpointNames
    .map((name, place) => `${name} +${place}`)
    .join(', ')};
                       0 takes free ones
  --folder DIR         keeps state and storage in DIR; left out, everything is forgotten at the end
  --seed FILE          what the cloud begins with, - for standard input; a folder that has a state goes on with that
  --no-storage         starts without Azurite
  --env FILE           writes the environment variables as a dotenv file, for node --env-file
  --local-settings FILE
                       writes the settings of tenantpost as a local.settings.json, for func start, makes its tables and
                       queues, and serves storage by plain http on the ${plainPortCount} ports that follow
  --overwrite          replaces a local.settings.json that this command has not written
  --json               prints one JSON object with every endpoint and variable in place of the text
  --print-seed         prints a complete seed file, the one that is used without --seed, and ends
  --print-seed-schema  prints the JSON Schema of seed files, and ends

Exit codes: 0 after Ctrl-C or SIGTERM, 1 when it could not start, 2 for wrong arguments and for a wrong seed.`;

const values = readArguments(usage, () =>
  parseArgs({
    options: {
      port: { type: 'string' },
      folder: { type: 'string' },
      seed: { type: 'string' },
      storage: { type: 'boolean', default: true },
      env: { type: 'string' },
      'local-settings': { type: 'string' },
      overwrite: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'print-seed': { type: 'boolean', default: false },
      'print-seed-schema': { type: 'boolean', default: false },
      help,
    },
    allowNegative: true,
  }),
);

if (values['print-seed'] || values['print-seed-schema']) {
  console.log(JSON.stringify(values['print-seed'] ? exampleSeed : seedFileSchema(), null, 2));
  process.exit(0);
}

const port = /^\d+$/.test(values.port ?? `${defaultPort}`) ? Number(values.port ?? defaultPort) : NaN;
if (Number.isNaN(port) || (port > 0 && port < 1024) || port > mostPort) {
  console.error(`--port takes 0 or a number from 1024 to ${mostPort}, not "${values.port}".`);
  process.exit(2);
}

const settingsFile = values['local-settings'];
if (settingsFile !== undefined && !values.storage) {
  console.error('--local-settings needs the storage that --no-storage leaves out.');
  process.exit(2);
}
if (settingsFile !== undefined && !values.overwrite && isSomebodys(settingsFile)) {
  console.error(
    `${settingsFile} is there, and this command has not written it. Move it away, name another file, or add --overwrite.`,
  );
  process.exit(2);
}

/** The exit code of a command that Ctrl-C ended before its time, by the convention of shells: 128 and the signal's number. */
const interruptedCode = 130;
const asked = Promise.withResolvers<void>();
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(interruptedCode);
    stopping = true;
    asked.resolve();
  });
}

const folder = values.folder === undefined ? undefined : resolve(values.folder);
const say = (line: string): void => console.error(line);
try {
  const cloud = await start();
  let plain: Awaited<ReturnType<typeof writeSettings>> | undefined;
  try {
    if (settingsFile !== undefined) plain = await writeSettings(cloud, settingsFile);
    if (values.env !== undefined) writeFileSync(values.env, dotenv(cloud.environment), { mode: 0o600 });
    console.log(values.json ? JSON.stringify(described(cloud)) : describeCloud(cloud, folder));
    await asked.promise;
    say('stopping (Ctrl-C again to leave at once)');
  } finally {
    await plain?.stop();
    await cloud.stop();
  }
  process.exit(0);
} catch (error) {
  if (error instanceof InvalidSeedError) {
    say(`The seed file ${values.seed} is wrong:`);
    for (const { field, message } of error.problems) say(`  ${field}: ${message}`);
    process.exit(2);
  }
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

function start(): Promise<LocalCloud> {
  if (folder !== undefined && existsSync(join(folder, 'cloud.json'))) {
    say(
      `going on with what is kept in ${folder}${values.seed === undefined ? '' : '; --seed is for a folder without'}`,
    );
  }
  say(`starting the local Microsoft cloud${values.storage ? ' and its storage (Azurite)' : ''}`);
  return startCloud({
    seed: values.seed ?? exampleSeed,
    storage: values.storage,
    ports: portsInARow(port),
    trust: false,
    ...(folder !== undefined && { folder }),
  });
}

/** @returns what serves the storage that the file names. */
async function writeSettings(cloud: LocalCloud, file: string) {
  const plain = await servePlainStorage(cloud, port === 0 ? 0 : port + endpointNames.length);
  const settings = localSettingsOf(cloud, plain.connectionString);
  await localStorage(plain.connectionString).provision();
  writeLocalSettings(file, settings);
  say(`wrote ${file}; in its folder: npm run build, then func start`);
  return plain;
}

function described(cloud: LocalCloud): object {
  return {
    endpoints: endpointsOf(cloud),
    environment: cloud.environment,
    caFile: cloud.caFile,
    folder: folder ?? null,
  };
}
