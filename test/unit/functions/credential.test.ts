import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credential } from '../../../functions/credential.ts';
import { noon } from '../../support/clock.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { answerOf, objectIn } from './answer.ts';

const ask = ({ services }: ReturnType<typeof memoryServices>) =>
  answerOf(credential(services), aRequest('/api/credential'), anInvocation('credential').context);

test('it answers GET to whoever has a key', () => {
  const { methods, authLevel, route } = credential(memoryServices().services);
  assert.deepEqual([methods, authLevel, route], [['GET'], 'function', 'credential']);
});

test('it tells of every proof, and the answer is kept by no cache', async () => {
  const memory = memoryServices();
  await memory.parts.record.noteUse({ proofId: 'print', kind: 'certificate', usedAt: noon });
  const { status, headers, body } = await ask(memory);
  assert.deepEqual([status, headers['cache-control']], [200, 'no-store']);
  const { proofs, ...report } = objectIn(body);
  const checkedAt = new Date(noon).toISOString();
  assert.deepEqual(report, { credential: 'certificate', checkedAt, oldStillNeeded: false });
  assert.ok(Array.isArray(proofs));
  assert.match(JSON.stringify(proofs), /^\[\{"id":"print","kind":"certificate",.*"state":"in-use"/);
  assert.doesNotMatch(body, /assertion/);
});

test('while storage is down it is 503: without the record nobody can tell', async () => {
  const memory = memoryServices();
  memory.parts.record.read = failing('STORAGE_UNAVAILABLE');
  const { status, body } = await ask(memory);
  assert.deepEqual([status, objectIn(body)['code']], [503, 'STORAGE_UNAVAILABLE']);
});
