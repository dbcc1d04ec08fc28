import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../../../../local/host/describe-issues.ts';
import { parseHostJson, readHostJson } from '../../../../local/host/host-json.ts';

function refusal(json: unknown): string {
  try {
    parseHostJson(JSON.stringify(json));
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return assert.fail('it was accepted');
}

const fixed = { dynamicConcurrencyEnabled: false };
const snapshots = 'concurrency.snapshotPersistenceEnabled';
const liveMetrics = 'logging.applicationInsights.enableLiveMetrics';
const withQueues = (queues: object) => ({ version: '2.0', extensions: { queues } });

test('has the defaults of the real host', () => {
  assert.deepEqual(parseHostJson('{"version":"2.0"}'), {
    functionTimeout: 30 * 60_000,
    routePrefix: 'api',
    queues: {
      batchSize: 16,
      newBatchThreshold: 8 * availableParallelism(),
      maxDequeueCount: 5,
      visibilityTimeout: 0,
      maxPollingInterval: 60_000,
      messageEncoding: 'base64',
    },
    logLevel: {},
    hasExtensionBundle: false,
  });
});

test("reads the project's own host.json", () => {
  const { queues, functionTimeout } = readHostJson(fileURLToPath(new URL('../../../..', import.meta.url)));
  assert.equal(queues.messageEncoding, 'none');
  assert.ok(functionTimeout > 0);
});

test('halves an odd batchSize downwards for the default of newBatchThreshold', () => {
  const json = JSON.stringify(withQueues({ batchSize: 5 }));
  assert.equal(parseHostJson(json).queues.newBatchThreshold, 2 * availableParallelism());
});

test('accepts a bundle, a log level by category, no route prefix, no time limit and Application Insights', () => {
  const { routePrefix, functionTimeout, logLevel, hasExtensionBundle } = parseHostJson(
    JSON.stringify({
      version: '2.0',
      extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.0.0, 5.0.0)' },
      extensions: { http: { routePrefix: '/' } },
      functionTimeout: '-1',
      logging: { logLevel: { default: 'Warning', 'Function.x': 'debug' } },
      telemetryMode: 'ApplicationInsights',
    }),
  );
  assert.deepEqual([routePrefix, functionTimeout, hasExtensionBundle], ['', Infinity, true]);
  assert.deepEqual(logLevel, { default: 'warning', 'Function.x': 'debug' });
});

test('takes fixed concurrency, and what the real host does with the telemetry that this one does not send', () => {
  const applicationInsights = {
    enableQueryStringTracing: false,
    samplingSettings: { isEnabled: true, maxTelemetryItemsPerSecond: 20, excludedTypes: 'Request;Exception' },
  };
  const json = { version: '2.0', concurrency: fixed, logging: { logLevel: { default: 'None' }, applicationInsights } };
  assert.deepEqual(parseHostJson(JSON.stringify(json)).logLevel, { default: 'none' });
});

test('refuses dynamic concurrency: it would take the place of batchSize', () => {
  assert.equal(
    refusal({ version: '2.0', concurrency: { dynamicConcurrencyEnabled: true } }),
    'host.json: concurrency.dynamicConcurrencyEnabled: true is not implemented by the local host: set it to false',
  );
});

test('refuses types of telemetry that there are not, which the real host passes over', () => {
  for (const excludedTypes of ['Requests', 'Request,Trace', 'Request;', '']) {
    const said = refusal({ version: '2.0', logging: { applicationInsights: { samplingSettings: { excludedTypes } } } });
    assert.match(said, /^host\.json: logging\.applicationInsights\.samplingSettings\.excludedTypes: must be types/);
  }
});

test('refuses by its full name every setting that it does not implement', () => {
  const cases: [object, string][] = [
    [{ version: '2.0', concurrency: { snapshotPersistenceEnabled: false, ...fixed } }, snapshots],
    [{ version: '2.0', logging: { applicationInsights: { enableLiveMetrics: true } } }, liveMetrics],
    [withQueues({ foo: 1 }), 'extensions.queues.foo'],
    [{ version: '2.0', extensions: { http: { hsts: {} } } }, 'extensions.http.hsts'],
    [{ version: '2.0', extensions: { durableTask: {} } }, 'extensions.durableTask'],
    [{ version: '2.0', logging: { fileLoggingMode: 'never' } }, 'logging.fileLoggingMode'],
    [{ version: '2.0', logging: { console: {} } }, 'logging.console'],
    ...['functions', 'singleton', 'healthMonitor', 'aggregator', 'customHandler', 'managedDependency', 'retry'].map(
      (name): [object, string] => [{ version: '2.0', [name]: {} }, name],
    ),
    ...['watchDirectories', 'watchFiles', 'sendCanceledInvocationsToWorker'].map((name): [object, string] => [
      { version: '2.0', [name]: true },
      name,
    ]),
    ...['maxConcurrentRequests', 'maxOutstandingRequests', 'dynamicThrottlesEnabled', 'customHeaders'].map(
      (name): [object, string] => [{ version: '2.0', extensions: { http: { [name]: 1 } } }, `extensions.http.${name}`],
    ),
  ];
  for (const [json, name] of cases)
    assert.equal(
      refusal(json),
      `host.json: ${name} is not implemented by the local host: leave it out, or run the app with func start`,
    );
  assert.match(
    refusal({ version: '2.0', telemetryMode: 'OpenTelemetry' }),
    /telemetryMode: "OpenTelemetry" is not implemented/,
  );
});

test('refuses a bundle of another kind or version, by what it says', () => {
  const id = 'Microsoft.Azure.Functions.ExtensionBundle';
  const withBundle = (bundle: object) => ({ version: '2.0', extensionBundle: bundle });
  for (const version of ['[4.*, 5.0.0)', '[4.0.0, 5.0.0)', '[4.12.0,5)', '(4.0.0, 5.0.0)']) {
    assert.equal(parseHostJson(JSON.stringify(withBundle({ id, version }))).hasExtensionBundle, true, version);
  }
  for (const version of ['[3.3.0, 4.0.0)', '[2.*, 3.0.0)', '[4.0.0, 6.0.0)', '4.0.0', '']) {
    const message = `host.json: extensionBundle.version: "${version}" is not implemented by the local host: name a range of version 4, [4.0.0, 5.0.0)`;
    assert.equal(refusal(withBundle({ id, version })), message);
  }
  assert.equal(
    refusal(withBundle({ id: `${id}.Preview`, version: '[4.0.0, 5.0.0)' })),
    `host.json: extensionBundle.id: "${id}.Preview" is not implemented by the local host: name ${id}`,
  );
  assert.match(refusal(withBundle({ id })), /^host\.json: extensionBundle\.version: /);
});

test('refuses values out of range, naming setting and range', () => {
  const cases: [object, RegExp][] = [
    [{}, /^host\.json: version: /],
    [{ version: '1.0' }, /^host\.json: version: /],
    [withQueues({ batchSize: 0 }), /^host\.json: extensions\.queues\.batchSize: .*>=1/],
    [withQueues({ batchSize: 33 }), /^host\.json: extensions\.queues\.batchSize: .*<=32/],
    [withQueues({ maxDequeueCount: 0 }), /maxDequeueCount/],
    [withQueues({ visibilityTimeout: 30 }), /visibilityTimeout/],
    [
      withQueues({ visibilityTimeout: '8.00:00:00' }),
      /"8\.00:00:00" must be a time span hh:mm:ss from 00:00:00 to 7\.00:00:00/,
    ],
    [withQueues({ maxPollingInterval: '00:00:00.05' }), /of at least 00:00:00\.1/],
    [withQueues({ messageEncoding: 'utf8' }), /messageEncoding/],
    [{ version: '2.0', functionTimeout: '5m' }, /functionTimeout/],
    [{ version: '2.0', logging: { logLevel: { default: 'Loud' } } }, /logging\.logLevel\.default/],
  ];
  for (const [json, pattern] of cases) assert.match(refusal(json), pattern);
});

test('names every problem at once', () => {
  assert.equal(refusal({ ...withQueues({ batchSize: 99, foo: 1 }), bar: 1 }).split('\n').length, 3);
});

test('says so when the file is no JSON', () => {
  assert.throws(() => parseHostJson('{'), /^ConfigurationError: host\.json is no JSON: /);
});
