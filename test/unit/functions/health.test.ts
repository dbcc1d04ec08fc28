import assert from 'node:assert/strict';
import { test } from 'node:test';
import { health } from '../../../functions/health.ts';
import { noon } from '../../support/clock.ts';
import { aProof } from '../../support/credential.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { answerOf, objectIn } from './answer.ts';

const ask = ({ services }: ReturnType<typeof memoryServices>) =>
  answerOf(health(services), aRequest('/api/health'), anInvocation('health').context);

test('it answers GET to anybody', () => {
  const { methods, authLevel, route } = health(memoryServices().services);
  assert.deepEqual([methods, authLevel, route], [['GET'], 'anonymous', 'health']);
});

test('an installation that could send is 200, and the answer is kept by no cache', async () => {
  const { status, headers, body } = await ask(memoryServices());
  assert.equal(status, 200);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(objectIn(body)['state'], 'ok');
});

test('one that will soon need a certificate is 200 too: it still sends', async () => {
  const memory = memoryServices();
  memory.parts.credential.list = [aProof('print', { expiresAt: noon + 1 })];
  const { status, body } = await ask(memory);
  assert.deepEqual([status, objectIn(body)['state']], [200, 'warning']);
});

test('one that could not send is 503', async () => {
  const memory = memoryServices();
  memory.parts.askVault = failing('VAULT_REFUSED');
  const { status, body } = await ask(memory);
  assert.deepEqual([status, objectIn(body)['state']], [503, 'failed']);
});
