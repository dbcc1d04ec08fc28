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
  const leaveOut = 'leave it out, or run the app with func start';
  assert.equal(
    refusal({ in: { ...trigger, type: 'blobTrigger' } }),
    'function f: blobTrigger is not implemented by the local host: run the app with func start',
  );
  assert.equal(
    refusal({ in: { ...trigger, dataType: 'binary' } }),
    `function f: queueTrigger binding: dataType is not implemented by the local host: ${leaveOut}`,
  );
  assert.equal(
    refusal({ in: trigger, row: { type: 'table', direction: 'in' } }),
    'function f: table is not implemented by the local host: run the app with func start',
  );
  assert.match(
    refusal({ in: { ...trigger, properties: { supportsDeferredBinding: 'true' } } }),
    /supportsDeferredBinding: sdkBinding is not implemented by the local host: leave it out, or run the app with func start$/,
  );
});

const retry = (policy: object) => ({
  // What the library adds to what the app wrote.
  retryOptions: {
    strategy: 'any',
    delayInterval: undefined,
    minimumInterval: undefined,
    maximumInterval: undefined,
    ...policy,
  },
});

test('reads both retry policies, and none', () => {
  assert.equal(parse({ in: trigger }).retry, undefined);
  const fixed = retry({ retryStrategy: 'fixedDelay', maxRetryCount: -1, delayInterval: { seconds: 2 } });
  assert.deepEqual(parse({ in: trigger }, fixed).retry, {
    strategy: 'fixedDelay',
    maxRetryCount: -1,
    delayInterval: 2000,
  });
  const intervals = { minimumInterval: { seconds: 1 }, maximumInterval: { seconds: 60 } };
  const growing = retry({ retryStrategy: 'exponentialBackoff', maxRetryCount: 4, ...intervals });
  assert.deepEqual(parse({ in: trigger }, growing).retry, {
    strategy: 'exponentialBackoff',
    maxRetryCount: 4,
    minimumInterval: 1000,
    maximumInterval: 60_000,
  });
});

test('refuses a retry policy that the real host would not take, and one of an HTTP function', () => {
  const fixed = { retryStrategy: 'fixedDelay', maxRetryCount: 1, delayInterval: { seconds: 1 } };
  assert.match(
    refusal({ in: trigger }, retry({ ...fixed, retryStrategy: 'often' })),
    /^function f: retry\.retryStrategy: /,
  );
  assert.match(refusal({ in: trigger }, retry({ ...fixed, maxRetryCount: -2 })), /^function f: retry\.maxRetryCount: /);
  assert.match(
    refusal({ in: trigger }, retry({ ...fixed, delayInterval: undefined })),
    /^function f: retry\.delayInterval: /,
  );
  assert.match(
    refusal({ in: trigger }, retry({ ...fixed, jitter: true })),
    /^function f: retry\.jitter is not implemented/,
  );
  const backwards = { minimumInterval: { seconds: 2 }, maximumInterval: { seconds: 1 } };
  assert.equal(
    refusal({ in: trigger }, retry({ retryStrategy: 'exponentialBackoff', maxRetryCount: 1, ...backwards })),
    'function f: retry.minimumInterval: is longer than maximumInterval',
  );
  const http = { type: 'httpTrigger', direction: 'in', name: 'in', authLevel: 'anonymous', methods: ['GET'] };
  assert.match(refusal({ in: http }, retry(fixed)), /^function f: retry of an HTTP function is not implemented/);
});

test('refuses a name that Functions refuses, and anything but one trigger', () => {
  for (const name of ['1st', 'a b', 'host', 'Host', '', 'a'.repeat(129)]) {
    assert.match(refusal({ in: trigger }, { name }), /^function name: /, name);
  }
  assert.equal(refusal({}), 'function f: 0 triggers, one is needed');
  assert.equal(refusal({ in: trigger, other: trigger }), 'function f: 2 triggers, one is needed');
});
