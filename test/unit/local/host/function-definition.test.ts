import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRegistration } from '../../../../local/host/function-definition.ts';

const trigger = { type: 'queueTrigger', direction: 'in', name: 'in', queueName: 'q', connection: 'C' };
const parse = (bindings: object, rest: object = {}) =>
  parseRegistration({ name: 'f', bindings, ...rest }, () => undefined);
const refusal = (bindings: object, rest?: object): string => {
  try {
    parse(bindings, rest);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return assert.fail('it was accepted');
};

test('reads trigger and queue outputs as the library registers them', () => {
  const sink = { type: 'queue', direction: 'out', name: 'sink', queueName: 'out', connection: 'C' };
  const definition = parse({ in: { ...trigger, properties: { supportsDeferredBinding: 'false' } }, sink });
  assert.equal(definition.trigger.type, 'queueTrigger');
  assert.deepEqual(definition.outputs, [sink]);
});

test('takes AzureWebJobsStorage for a binding without a connection', () => {
  const { trigger: parsed } = parse({ in: { ...trigger, connection: '' } });
  assert.ok(parsed.type === 'queueTrigger');
  assert.equal(parsed.connection, 'AzureWebJobsStorage');
});

test('refuses by name what it does not implement', () => {
  const timer = { type: 'timerTrigger', direction: 'in', name: 'in', schedule: '0 * * * * *' };
  assert.equal(
    refusal({ in: timer }, { retryOptions: { maxRetryCount: 1 } }),
    'function f: the retry policy is not implemented by the local host',
  );
  assert.equal(
    refusal({ in: { ...timer, type: 'blobTrigger' } }),
    'function f: blobTrigger is not implemented by the local host',
  );
  assert.equal(
    refusal({ in: { ...trigger, dataType: 'binary' } }),
    'function f: queueTrigger binding: dataType is not implemented by the local host',
  );
  assert.equal(
    refusal({ in: trigger, row: { type: 'table', direction: 'in' } }),
    'function f: table is not implemented by the local host',
  );
  assert.match(
    refusal({ in: { ...trigger, properties: { supportsDeferredBinding: 'true' } } }),
    /supportsDeferredBinding: is not implemented by the local host$/,
  );
});

test('refuses a name that Functions refuses, and anything but one trigger', () => {
  for (const name of ['1st', 'a b', 'host', 'Host', '', 'a'.repeat(129)]) {
    assert.match(refusal({ in: trigger }, { name }), /^function name: /, name);
  }
  assert.equal(refusal({}), 'function f: 0 triggers, one is needed');
  assert.equal(refusal({ in: trigger, other: trigger }), 'function f: 2 triggers, one is needed');
});
