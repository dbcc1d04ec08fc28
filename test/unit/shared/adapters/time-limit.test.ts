import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeLimitedCredential } from '../../../../shared/adapters/time-limit.ts';

test('a credential whose endpoint takes the request and never answers fails after ten seconds', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = timeLimitedCredential({ getToken: () => new Promise(() => undefined) }).getToken('scope');
  const refused = assert.rejects(asked, /No token came in time/);
  t.mock.timers.tick(10_000);
  await refused;
});

test('a credential that answers is passed through, and leaves no timer behind', async () => {
  const token = { token: 'a token', expiresOnTimestamp: 0 };
  const limited = timeLimitedCredential({ getToken: () => Promise.resolve(token) });
  assert.equal(await limited.getToken('scope'), token);
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout'),
    [],
  );
});
