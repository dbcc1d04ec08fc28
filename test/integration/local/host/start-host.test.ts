import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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
  const library = `const { app, output } = require(${JSON.stringify(fileURLToPath(import.meta.resolve('@azure/functions')))});\n`;
  const bundle = '"extensionBundle":{"id":"Microsoft.Azure.Functions.ExtensionBundle","version":"[4.0.0, 5.0.0)"}';
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

  /** A function app in a folder of its own: its entry file may use `app` and `output`. */
  function makeApp(entry: string, files: Record<string, string> = {}): string {
    const folder = mkdtempSync(join(tmpdir(), 'host-test-'));
    folders.push(folder);
    const all = {
      'host.json': `{"version":"2.0",${bundle}}`,
      'package.json': '{"main":"index.cjs"}',
      'index.cjs': `${library}${entry}`,
      ...files,
    };
    for (const [name, content] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
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
  // Each of these refusals is a feature: what the real host acts on and this one does not would be tested here as if it had no
  // effect. docs/local-host.md has the reason of each.
  const notImplemented = 'not implemented by the local host: leave it out, or run the app with func start';

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

  test('loads every file that fits a pattern in main, the ones named outright first, then by name', async () => {
    const says = (name: string): string => `globalThis.order = [...(globalThis.order ?? []), '${name}'];`;
    const root = makeApp('', {
      'package.json': '{"main":"dist/{functions/*.js,setup.js}"}',
      'dist/setup.js': says('setup'),
      'dist/functions/b.js': says('b'),
      'dist/functions/a.js': `${says('a')}\n${library}app.get('order', { handler: () => ({ jsonBody: globalThis.order }) });`,
      'dist/functions/deeper/c.js': says('c'),
      'dist/other.js': says('other'),
    });
    const host = await startHost({ root, settings: {} });
    assert.deepEqual(await (await fetch(`${host.url}/api/order`)).json(), ['setup', 'a', 'b']);
    assert.equal(await host.stop(), 0);
    const nothing = makeApp('', { 'package.json': '{"main":"dist/{*.js,x/**/*.js}"}' });
    assert.equal(
      await refusal(nothing),
      'No file fits "main": "dist/{*.js,x/**/*.js}". Build the app first: npm run build.',
    );
  });

  test('fails when one of several entry files throws, though others registered functions', async () => {
    const root = makeApp('', {
      'package.json': '{"main":"*.cjs"}',
      'a.cjs': `${library}${get}`,
      'b.cjs': `throw new Error('no settings');`,
    });
    assert.equal(await refusal(root), 'no settings');
  });

  test('loads an entry file that is an ES module and waits at its top level', async () => {
    const entry = `import library from ${JSON.stringify(fileURLToPath(import.meta.resolve('@azure/functions')))};
      await new Promise((done) => setTimeout(done, 10));
      library.app.get('hello', { handler: () => ({ body: 'from a module' }) });`;
    const root = makeApp('', { 'package.json': '{"main":"index.mjs"}', 'index.mjs': entry });
    const host = await startHost({ root, settings: {} });
    assert.equal(await (await fetch(`${host.url}/api/hello`)).text(), 'from a module');
    assert.equal(await host.stop(), 0);
  });

  // Passed over, the trigger would never run, and the handler would get clients that only the real host makes; the stream opens
  // a proxy on all interfaces.
  test('refuses by name a trigger and an option that it does not implement', async () => {
    const blob = `app.storageBlob('b', { path: 'x', connection: 'C', ${handler} });`;
    assert.equal(
      await refusal(makeApp(blob)),
      'function b: blobTrigger is not implemented by the local host: run the app with func start',
    );
    const streaming = `${get} app.setup({ enableHttpStream: true });`;
    assert.equal(await refusal(makeApp(streaming)), `app.setup: enableHttpStream is ${notImplemented}`);
    const binding = `app.storageQueue('q', { queueName: 'x', connection: 'C', sdkBinding: true, ${handler} });`;
    assert.match(await refusal(makeApp(binding)), /^function q: queueTrigger binding: .*sdkBinding is not implemented/);
  });

  // The real host acts on what it knows of these: passed over, a setting would be tested here as if it had no effect.
  test('refuses a setting of host.json that it does not implement, by name', async () => {
    const hostJson = '{"version":"2.0","extensions":{"queues":{"foo":1}},"aggregator":{}}';
    assert.equal(
      await refusal(makeApp(get, { 'host.json': hostJson })),
      `host.json: extensions.queues.foo is ${notImplemented}\nhost.json: aggregator is ${notImplemented}`,
    );
  });

  // The real host acts on both: the app would time out, or its timers run, at another time there than it was seen to here.
  test('refuses settings that it does not implement, by name', async () => {
    const settings = { AzureFunctionsJobHost__functionTimeout: '00:01:00', WEBSITE_TIME_ZONE: 'Europe/Oslo' };
    assert.equal(
      await refusal(makeApp(get), settings),
      'AzureFunctionsJobHost__functionTimeout is not implemented by the local host: write it in host.json\n' +
        'WEBSITE_TIME_ZONE is not implemented by the local host: leave it out, schedules are in UTC',
    );
  });

  test('refuses a host id and a group that are none', async () => {
    const settings = { AzureFunctionsWebHost__hostid: 'a_b' };
    assert.match(await refusal(makeApp(get), settings), /^AzureFunctionsWebHost__hostid: "a_b" is no host id/);
    const child = spawn(process.execPath, [
      program,
      '--root',
      makeApp(get),
      '--port',
      '0',
      '--group',
      'function:other',
    ]);
    const printed = text(child.stdout);
    assert.deepEqual(await once(child, 'exit'), [1, null]);
    assert.match(await printed, /No function is of group function:other\. The groups of this app: http\./);
  });

  test('answers 204 at the root when the homepage is disabled, and leaves the root to a function that wants it', async () => {
    const host = await startHost({ root: makeApp(get), settings: { AzureWebJobsDisableHomepage: 'true' } });
    const response = await fetch(host.url);
    assert.equal(response.status, 204);
    assert.equal(await host.stop(), 0);

    const catchAll = `app.get('all', { route: '{*path}', handler: () => ({ body: 'own root' }) });`;
    const hostJson = '{"version":"2.0","extensions":{"http":{"routePrefix":""}}}';
    const own = await startHost({ root: makeApp(catchAll, { 'host.json': hostJson }), settings: {} });
    assert.equal(await (await fetch(own.url)).text(), 'own root');
    assert.equal(await own.stop(), 0);
  });

  test('leaves out queue functions when host.json names no extension bundle, and runs the others', async () => {
    const lines: string[] = [];
    const entry = `${get}
      app.storageQueue('listens', { queueName: 'queue', connection: '', ${handler} });
      app.get('writes', { extraOutputs: [output.storageQueue({ queueName: 'queue', connection: '' })], ${handler} });`;
    const host = await startHost({
      root: makeApp(entry, { 'host.json': '{"version":"2.0"}' }),
      settings: {},
      onLine: (line) => lines.push(line),
    });
    assert.deepEqual(
      host.functions.map(({ name }) => name),
      ['hello'],
    );
    assert.equal(await host.stop(), 0);
    for (const line of [
      'Function listens is disabled: queueTrigger is not registered: host.json names no extensionBundle.',
      'Function writes is disabled: queue is not registered: host.json names no extensionBundle.',
    ]) {
      assert.ok(
        lines.some((one) => one.endsWith(`[host] ${line}`)),
        lines.join('\n'),
      );
    }
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
        'host.json': `{"version":"2.0",${bundle},"extensions":{"http":{"routePrefix":""}}}`,
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
      // Taken for no constraint, the route would answer addresses here that it does not answer in Azure.
      'Function oddRoute is disabled: Route "x/{id:odd}": the constraint "odd" is not implemented by the local host: run the app with func start',
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
      [[], /usage: node local\/host\/main\.ts --root <folder> \[--port 7071\] \[--group /],
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
