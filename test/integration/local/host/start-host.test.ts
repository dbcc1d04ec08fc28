import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startHost } from '../../../../local/host/start-host.ts';
import { appFolder } from './collector.ts';

const program = fileURLToPath(new URL('../../../../local/host/main.ts', import.meta.url));

describe('starting a host', { concurrency: true }, () => {
  const folders: string[] = [];
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

  /** A function app in a folder of its own: its entry file may use `app` and `output`. */
  function makeApp(entry: string, files: Record<string, string> = {}): string {
    const folder = mkdtempSync(join(tmpdir(), 'host-test-'));
    folders.push(folder);
    const library = fileURLToPath(import.meta.resolve('@azure/functions'));
    const all = {
      'host.json': '{"version":"2.0"}',
      'package.json': '{"main":"index.cjs"}',
      'index.cjs': `const { app, output } = require(${JSON.stringify(library)});\n${entry}`,
      ...files,
    };
    for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
    return folder;
  }

  async function refusal(root: string, settings: Record<string, string> = {}): Promise<string> {
    const error = await startHost({ root, settings }).then(
      async (host) => {
        await host.stop();
        return assert.fail('the host came up');
      },
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error);
    return error.message;
  }

  const handler = 'handler: () => ({})';
  const get = `app.get('hello', { ${handler} });`;

  test("fails with the app's own message when its entry file throws", async () => {
    assert.equal(await refusal(appFolder('broken')), 'TENANTPOST_CLIENT_ID is missing');
  });

  test('exits with 1 and prints the message when it runs by hand', async () => {
    const child = spawn(process.execPath, [program, '--root', appFolder('broken'), '--port', '0']);
    const printed = text(child.stdout);
    const [code] = await once(child, 'exit');
    assert.equal(code, 1);
    assert.match(await printed, /fatal \[host\] Error: TENANTPOST_CLIENT_ID is missing\n {8}at /);
  });

  test("fails with the app's own message when something that its entry file does not wait for rejects", async () => {
    const root = makeApp(
      `${get} void Promise.reject(new Error('no vault')); app.hook.appStart(() => new Promise(() => {}));`,
    );
    assert.equal(await refusal(root), 'no vault');
  });

  test('fails when an appStart hook throws', async () => {
    assert.equal(
      await refusal(makeApp(`${get} app.hook.appStart(() => { throw new Error('no vault'); });`)),
      'no vault',
    );
  });

  test('fails when the app registers no function, or is not built', async () => {
    assert.match(await refusal(appFolder('empty')), /empty\/index\.cjs registered no function\.$/);
    const unbuilt = makeApp('', { 'package.json': '{"main":"dist/app.cjs"}' });
    assert.equal(await refusal(unbuilt), `${unbuilt}/dist/app.cjs does not exist. Build the app first: npm run build.`);
  });

  test('refuses an entry file that is a pattern, by its text', async () => {
    const pattern = makeApp(get, { 'package.json': '{"main":"dist/functions/*.js"}' });
    const expected =
      'package.json: "main": "dist/functions/*.js" is a pattern, which is not implemented by the local host';
    assert.equal(await refusal(pattern), expected);
  });

  test('refuses by name a trigger and an option that it does not implement', async () => {
    const blob = `app.storageBlob('b', { path: 'x', connection: 'C', ${handler} });`;
    assert.equal(await refusal(makeApp(blob)), 'function b: blobTrigger is not implemented by the local host');
    const streaming = `${get} app.setup({ enableHttpStream: true });`;
    assert.equal(await refusal(makeApp(streaming)), 'app.setup: enableHttpStream is not implemented by the local host');
  });

  test('refuses a setting of host.json that it does not implement, by name', async () => {
    const hostJson = '{"version":"2.0","extensions":{"queues":{"foo":1}},"aggregator":{}}';
    assert.equal(
      await refusal(makeApp(get, { 'host.json': hostJson })),
      'host.json: extensions.queues.foo is not implemented by the local host\n' +
        'host.json: aggregator is not implemented by the local host',
    );
  });

  test('refuses settings that override host.json, by name', async () => {
    const settings = {
      AzureFunctionsJobHost__logging__logLevel__default: 'Debug',
      AZUREFUNCTIONSJOBHOST__functionTimeout: '00:01:00',
      AzureFunctionsJobHostname: 'another setting',
    };
    assert.equal(
      await refusal(makeApp(get), settings),
      'AZUREFUNCTIONSJOBHOST__functionTimeout: overriding host.json is not implemented by the local host\n' +
        'AzureFunctionsJobHost__logging__logLevel__default: overriding host.json is not implemented by the local host',
    );
  });

  test('leaves out functions that cannot run with a line that says why, and runs the others', async () => {
    const lines: string[] = [];
    const queue = `app.storageQueue('elsewhere', { queueName: 'queue', connection: 'Elsewhere', ${handler} });`;
    const named = `app.storageQueue('named', { queueName: '%NO_SUCH%', connection: '', ${handler} });`;
    const badName = `app.storageQueue('badName', { queueName: 'a--b', connection: '', ${handler} });`;
    const sink = `app.get('sink', { extraOutputs: [output.storageQueue({ queueName: 'queue', connection: 'Sink' })], ${handler} });`;
    const route = `app.get('oddRoute', { route: 'x/{id:odd}', ${handler} }); app.get('taken', { route: 'admin/x', ${handler} });`;
    const off = `app.get('switchedOff', { ${handler} });`;
    const host = await startHost({
      root: makeApp([get, queue, named, badName, sink, route, off].join('\n'), {
        'host.json': '{"version":"2.0","extensions":{"http":{"routePrefix":""}}}',
      }),
      settings: { 'AzureWebJobs.switchedOff.Disabled': 'true', Elsewhere__credential: 'managedidentity' },
      onLine: (line) => lines.push(line),
    });
    assert.deepEqual(
      host.functions.map(({ name }) => name),
      ['hello'],
    );
    assert.equal((await fetch(`${host.url}/hello`)).status, 200);
    assert.equal((await fetch(`${host.url}/switchedOff`)).status, 404);
    assert.equal(await host.stop(), 0);
    for (const line of [
      'Function elsewhere is disabled: Setting Elsewhere is missing: set it to a connection string, or set Elsewhere__queueServiceUri.',
      'Function named is disabled: Setting NO_SUCH is missing, named by %NO_SUCH%.',
      'Function badName is disabled: "a--b" is no queue name: 3 to 63 letters, digits and single dashes between them.',
      'Function sink is disabled: Setting Sink is missing: set it to a connection string, or set Sink__queueServiceUri.',
      'Function oddRoute is disabled: Route "x/{id:odd}": the constraint "odd" is not implemented by the local host.',
      'Function taken is disabled: Route "admin/x" conflicts with the host\'s own routes.',
      'Function switchedOff is disabled by the setting AzureWebJobs.switchedOff.Disabled.',
    ]) {
      assert.ok(
        lines.some((one) => one.endsWith(`[host] ${line}`)),
        `${line} is not in\n${lines.join('\n')}`,
      );
    }
  });

  test('names the port when it is taken, and says what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    await assert.rejects(startHost({ root: appFolder('hooks'), settings: {}, port }), {
      message: `Port ${port} is taken. Stop what listens there, or choose another with --port.`,
    });
    server.close();
  });

  test('names the storage when it cannot be reached', async () => {
    const message = await refusal(appFolder('keys'), {
      AzureWebJobsStorage:
        'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;',
    });
    assert.match(message, /^The storage of AzureWebJobsStorage cannot be used: connect ECONNREFUSED 127\.0\.0\.1:9/);
  });

  test('by hand takes settings from local.settings.json where the environment lacks them; startHost does not', async () => {
    const root = makeApp(
      `app.get('settings', { handler: () => ({ body: [process.env.ONE, process.env.TWO].join() }) });`,
      {
        'local.settings.json': '{"IsEncrypted":false,"Values":{"ONE":"file","TWO":"file"}}',
      },
    );
    const child = spawn(process.execPath, [program, '--root', root, '--port', '0'], {
      env: { PATH: process.env['PATH'], ONE: 'environment' },
    });
    let url: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      url = /Listening on (\S+)$/.exec(line)?.[1];
      if (url !== undefined) break;
    }
    assert.equal(await (await fetch(`${url}/api/settings`)).text(), 'environment,file');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);

    const host = await startHost({ root, settings: { ONE: 'given' } });
    assert.equal(await (await fetch(`${host.url}/api/settings`)).text(), 'given,');
    assert.equal(await host.stop(), 0);
  });

  test('says how it is used when the arguments are wrong', async () => {
    for (const [argument, message] of [
      [[], /usage: node local\/host\/main\.ts --root <folder> \[--port 7071\]/],
      [['--root', 'x', '--port', '70711'], /"70711" is no port\./],
      [['--root', '/nowhere'], /\/nowhere\/host\.json cannot be read: --root names the folder of a function app\./],
    ] as const) {
      const child = spawn(process.execPath, [program, ...argument]);
      const printed = text(child.stdout);
      assert.deepEqual(await once(child, 'exit'), [1, null]);
      assert.match(await printed, message);
    }
  });
});
