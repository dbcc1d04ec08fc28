import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHostId } from '../../../../local/host/host-id.ts';
import { Settings } from '../../../../local/host/settings.ts';

const chosen = (id: string) => readHostId(new Settings({ AzureFunctionsWebHost__hostid: id }), '/apps/mail');

test('takes the id of the setting, in lower case, under any spelling of its name', () => {
  assert.equal(chosen('My-App-1'), 'my-app-1');
  assert.equal(readHostId(new Settings({ azurefunctionswebhost__HostId: 'x' }), '/apps/mail'), 'x');
});

test('refuses an id that the real host refuses', () => {
  for (const id of ['-a', 'a-', 'a--b', 'a_b', 'a.b', 'a'.repeat(33)]) {
    assert.throws(
      () => chosen(id),
      {
        message: `AzureFunctionsWebHost__hostid: "${id}" is no host id: 1 to 32 letters, digits and single dashes between them.`,
      },
      id,
    );
  }
});

test('without the setting makes one that is valid, the same for the same folder and another for another', () => {
  const none = new Settings({});
  for (const root of [
    '/apps/mail',
    '/',
    '/apps/A much longer folder name, with signs',
    '/apps/-x-',
    '/apps/ABCDEFGHIJKLMNOPQRSTUV-WXYZ',
  ]) {
    assert.match(readHostId(none, root), /^(?!.*--)[a-z\d][a-z\d-]{0,30}[a-z\d]$/, root);
    assert.equal(readHostId(none, root), readHostId(none, root));
  }
  assert.notEqual(readHostId(none, '/one/app'), readHostId(none, '/other/app'));
});
