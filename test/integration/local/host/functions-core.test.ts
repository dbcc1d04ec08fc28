import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { type Host, startHost } from '../../../../local/host/start-host.ts';
import { appFolder, until } from './collector.ts';

describe('the app in its host', () => {
  let host: Host;
  const lines: string[] = [];
  const get = async (name: string) => fetch(`${host.url}/api/${name}`);
  const text = async (name: string) => (await get(name)).text();
  const hasLine = (pattern: RegExp): boolean => lines.some((line) => pattern.test(line));

  before(async () => {
    host = await startHost({
      root: appFolder('hooks'),
      settings: { OWN_SETTING: 'own', AZURE_FUNCTIONS_ENVIRONMENT: 'Production' },
      onLine: (line) => lines.push(line),
    });
  });
  after(async () => {
    await host.stop();
  });

  test('finds @azure/functions-core, so that the library is not in test mode', () => {
    assert.equal(host.functions.length, 10);
    assert.ok(!hasLine(/test mode/));
  });

  test('runs appStart hooks before the first invocation', async () => {
    assert.equal(await text('steps'), '["appStart"]');
  });

  test('lets a preInvocation hook replace inputs and handler', async () => {
    assert.equal(await text('replaced'), 'handler of the hook, input of the hook');
  });

  test('fails an invocation whose preInvocation hook throws, and does not run its handler', async () => {
    assert.equal((await get('blocked')).status, 500);
    assert.ok(hasLine(/error \[blocked\] Executed .*\(Failed/));
    assert.equal(await text('steps'), '["appStart"]');
  });

  test('succeeds when a postInvocation hook clears the error, and shares hookData within the invocation', async () => {
    const response = await get('forgiven');
    assert.equal(response.status, 200);
    assert.equal(await response.text(), 'forgiven forgiven');
    assert.ok(hasLine(/\[forgiven\] Executed 'Functions\.forgiven' \(Succeeded/));
  });

  test('lets a postInvocation hook log without a warning that the function is over', async () => {
    await text('steps');
    assert.ok(hasLine(/info {2}\[steps\] after steps$/));
    assert.ok(!hasLine(/Unexpected call to 'log'/));
  });

  test('passes log calls through with their level, log hooks applied, below the level of host.json left out', async () => {
    await text('talks');
    assert.ok(hasLine(/ info {2}\[talks\] at info, a \*\*\*$/));
    assert.ok(hasLine(/ warn {2}\[talks\] at warn$/));
    assert.ok(!hasLine(/at debug|at trace/));
  });

  test('lets no application forge a line or colour one', async () => {
    await text('talks');
    assert.ok(hasLine(/^ {4}2026-11-22T08:00:00\.000Z info {2}\[host\] forged$/));
    assert.ok(!hasLine(/^2026-11-22T08:00:00\.000Z info {2}\[host\] forged/));
    assert.ok(hasLine(/ error \[talks\] at error red$/));
  });

  test('refuses a registration after startup', async () => {
    assert.equal(await text('late'), 'A function can only be registered during app startup.');
  });

  test('refuses app.setup after startup', async () => {
    assert.match(await text('lateSetup'), /startup/i);
  });

  test('runs the app in its folder with its settings, and nothing of the environment of the parent', async () => {
    process.env['LEAKS'] = 'from the parent';
    const environment = z.record(z.string(), z.string()).parse(await (await get('environment')).json());
    delete process.env['LEAKS'];
    assert.equal(environment['OWN_SETTING'], 'own');
    assert.equal(environment['AZURE_FUNCTIONS_ENVIRONMENT'], 'Production');
    assert.equal(environment['PATH'], process.env['PATH']);
    assert.equal(environment['cwd'], appFolder('hooks'));
    assert.equal(environment['LEAKS'], undefined);
    assert.equal(environment['NODE_TEST_CONTEXT'], undefined);
  });

  test('says that keys do not last when there is no storage, and works all the same', () => {
    assert.ok(
      hasLine(
        /warn {2}\[host\] Setting AzureWebJobsStorage is missing: .* Until then keys last as long as this process\.$/,
      ),
    );
    assert.ok(host.keys.master.length >= 40);
  });

  test('runs appTerminate hooks when it stops, with what appStart hooks left', async () => {
    assert.equal(await host.stop(), 0);
    assert.ok(hasLine(/^appTerminate, started=true$/));
    await until(() => hasLine(/\[host\] Stopped$/), 'the last line');
  });
});
