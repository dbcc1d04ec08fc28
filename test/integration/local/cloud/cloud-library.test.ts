/** `startCloud` of local/cloud/index.ts, as a project elsewhere uses it. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { exampleSeed, InvalidSeedError, type SeedFile, startCloud } from '../../../../local/cloud/index.ts';
import { root } from '../../../../local/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloud-library-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const seed: SeedFile = {
  version: 1,
  tenants: [{ domain: 'contoso.example', mailboxes: ['post', 'anna'], consents: ['My app'] }],
  registrations: [{ displayName: 'My app', secrets: [{ value: 'a secret of mine' }] }],
};

test('a project elsewhere gets a token with @azure/identity and sends a mail with plain fetch', async () => {
  const project = join(folder, 'project');
  mkdirSync(join(project, 'node_modules', '@azure'), { recursive: true });
  // What its own npm install would bring.
  symlinkSync(join(root, 'node_modules', '@azure', 'identity'), join(project, 'node_modules', '@azure', 'identity'));
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(project, 'send.test.mjs'),
    `
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ClientSecretCredential } from '@azure/identity';
import { startCloud } from ${JSON.stringify(join(root, 'local', 'cloud', 'index.ts'))};

const cloud = await startCloud({ seed: ${JSON.stringify(seed)} });
after(() => cloud.stop());

test('sends', async () => {
  const credential = new ClientSecretCredential('contoso.example', cloud.appId('My app'), 'a secret of mine', {
    authorityHost: cloud.urls.entra,
    disableInstanceDiscovery: true,
  });
  const { token } = await credential.getToken('https://graph.microsoft.com/.default');
  const message = { subject: 'Hello', toRecipients: [{ emailAddress: { address: 'anna@contoso.example' } }] };
  const response = await fetch(cloud.urls.graph + '/v1.0/users/post@contoso.example/sendMail', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  });
  assert.equal(response.status, 202);
  assert.equal(cloud.journal.count('graph', 'sendMail'), 1);
  assert.deepEqual(cloud.state.messages.map((one) => one.folder + ' ' + one.mailbox).sort(), [
    'inbox anna@contoso.example',
    'sentitems post@contoso.example',
  ]);
});
`,
  );
  const environment = { ...process.env };
  // Set by the runner of this test, by which a runner inside of it would report to this one.
  delete environment['NODE_TEST_CONTEXT'];
  const argv = ['--disable-warning=ExperimentalWarning', 'send.test.mjs'];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: project, env: environment });
  assert.match(stdout, /^. pass 1$/m);
});

describe('startCloud', () => {
  test('without anything is empty, forgets all at the stop, and leaves no server listening', async () => {
    await using cloud = await startCloud();
    assert.deepEqual(cloud.state.tenants, []);
    assert.equal(cloud.urls.blob, '');
    assert.equal(cloud.storage, undefined);
    const { caFile } = cloud;
    assert.ok(existsSync(caFile));
    await cloud.stop();
    assert.equal(existsSync(caFile), false);
    for (const url of [cloud.urls.entra, cloud.urls.identity, cloud.urls.portal]) await assert.rejects(fetch(url), url);
  });

  test('makes this process trust the cloud, and gives another process what it needs', async () => {
    await using cloud = await startCloud({ seed });
    const url = `${cloud.urls.entra}/contoso.example/v2.0/.well-known/openid-configuration`;
    assert.equal((await fetch(url)).status, 200);
    const asked = `console.log((await fetch(${JSON.stringify(url)})).status)`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', asked], {
      env: { ...process.env, ...cloud.environment },
    });
    assert.equal(stdout.trim(), '200');
  });

  test('has storage when asked, and keeps it with the state in a folder', async () => {
    const kept = join(folder, 'kept');
    await using first = await startCloud({ seed: exampleSeed, folder: kept, storage: true });
    const connection = first.environment['AZURE_STORAGE_CONNECTION_STRING'] ?? assert.fail();
    await QueueServiceClient.fromConnectionString(connection).createQueue('kept');
    first.state.propagation.roles = 7;
    await first.stop();
    await using second = await startCloud({ folder: kept, storage: true });
    assert.equal(second.state.propagation.roles, 7);
    const again = second.environment['AZURE_STORAGE_CONNECTION_STRING'] ?? assert.fail();
    assert.equal(await QueueServiceClient.fromConnectionString(again).getQueueClient('kept').exists(), true);
  });

  test('takes the rules of the seed into its fault panel', async () => {
    const faults: SeedFile['faults'] = [{ service: 'graph', fault: { kind: 'answer', status: 503 } }];
    await using cloud = await startCloud({ seed: { ...seed, faults } });
    assert.equal((await fetch(`${cloud.urls.graph}/v1.0/organization`)).status, 503);
    assert.equal(cloud.faults.list()[0]?.hits, 1);
  });

  test('refuses a wrong seed by field, and a folder that another cloud has', async () => {
    const wrong = z.custom<SeedFile>().parse({ version: 1, tenants: [{}] });
    await assert.rejects(startCloud({ seed: wrong }), (error) => {
      assert.ok(error instanceof InvalidSeedError);
      assert.deepEqual(
        error.problems.map(({ field }) => field),
        ['tenants.0.domain'],
      );
      return true;
    });
    const taken = join(folder, 'taken');
    await using cloud = await startCloud({ folder: taken });
    const second = async (): Promise<void> => {
      await using _cloud = await startCloud({ folder: taken });
    };
    await assert.rejects(second, { name: 'FolderTakenError' });
    assert.throws(() => cloud.appId('no app'), { message: 'The local cloud has no registration named "no app".' });
  });
});
