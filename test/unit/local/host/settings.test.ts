import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MissingSettingError, readLocalSettings, Settings } from '../../../../local/host/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'settings-test-'));
after(() => rmSync(folder, { recursive: true }));

const read = (json: string) => {
  writeFileSync(join(folder, 'local.settings.json'), json);
  return readLocalSettings(folder);
};

test('takes Values of local.settings.json, and nothing when there is no such file', () => {
  assert.deepEqual(readLocalSettings(folder), {});
  assert.deepEqual(read('{"IsEncrypted":false,"Values":{"A":"1"}}'), { A: '1' });
  assert.deepEqual(read('{}'), {});
});

test('refuses parts of local.settings.json that it does not implement, and values that are no text', () => {
  assert.throws(
    () => read('{"Host":{"CORS":"*"}}'),
    /local\.settings\.json: Host is not implemented by the local host: leave it out/,
  );
  assert.throws(
    () => read('{"IsEncrypted":true}'),
    /IsEncrypted: must be false: only Core Tools can read what they encrypted, func settings decrypt undoes it/,
  );
  assert.throws(() => read('{"Values":{"A":1}}'), /local\.settings\.json: Values\.A: must be a string/);
  assert.throws(() => read('{'), /local\.settings\.json is no JSON/);
});

test('resolves %NAME% expressions, several in one text', () => {
  const settings = new Settings({ STAGE: 'test', QUEUE: 'mail' });
  assert.equal(settings.resolve('%QUEUE%-%STAGE%'), 'mail-test');
  assert.equal(settings.resolve('0 */5 * * * *'), '0 */5 * * * *');
  assert.equal(settings.resolve('100 % of 50 %'), '100 % of 50 %');
});

test('names the setting that an expression asks for in vain; an empty one counts as missing', () => {
  const settings = new Settings({ EMPTY: '' });
  assert.throws(
    () => settings.resolve('%EMPTY%'),
    (error: unknown) => {
      assert.ok(error instanceof MissingSettingError);
      return error.message === 'Setting EMPTY is missing, named by %EMPTY%.';
    },
  );
});

test('reads names as .NET does: case does not count, and two underscores are a colon; an exact name goes first', () => {
  const settings = new Settings({
    Queue_Name: 'mail',
    Storage__clientId: 'id',
    'Storage:Credential': 'c',
    name: 'a',
    NAME: 'b',
  });
  assert.equal(settings.resolve('%QUEUE_NAME%'), 'mail');
  assert.equal(settings.get('STORAGE:CLIENTID'), 'id');
  assert.equal(settings.get('storage__credential'), 'c');
  assert.deepEqual([settings.get('name'), settings.get('NAME')], ['a', 'b']);
  assert.deepEqual(settings.namesBelow('storage'), ['clientId', 'Credential']);
});

test('knows a function that a setting disables, under both spellings', () => {
  const settings = new Settings({
    'AzureWebJobs.a.Disabled': 'True',
    AzureWebJobs_b_Disabled: '1',
    'AzureWebJobs.c.Disabled': 'no',
  });
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((name) => settings.isDisabled(name)),
    [true, true, false, false],
  );
});
