import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { z } from 'zod';
import { Admin } from '../../../../local/host/admin.ts';
import { FunctionsCore } from '../../../../local/host/functions-core.ts';
import { HttpRouter } from '../../../../local/host/http-router.ts';
import { HttpServer } from '../../../../local/host/http-server.ts';
import { Invoker } from '../../../../local/host/invoke.ts';
import { Keys } from '../../../../local/host/keys.ts';
import { Log } from '../../../../local/host/log.ts';
import { QueueOutputs } from '../../../../local/host/queue-outputs.ts';

const started = z.object({ response: z.instanceof(ServerResponse) });

test("an 'error' of one response is logged, and the host goes on answering and can be stopped", async (t) => {
  const lines: string[] = [];
  const log = new Log({}, (line) => lines.push(line));
  const outputs = new QueueOutputs(
    () => assert.fail('nothing writes to a queue'),
    'none',
    () => {},
  );
  const server = new HttpServer({
    router: new HttpRouter(),
    keys: new Keys(undefined, 'test'),
    invoker: new Invoker(new FunctionsCore(() => {}), outputs, log, Infinity),
    admin: new Admin(),
    homepage: 'shown',
    log: log.logger('host', 'Host.Http'),
  });
  t.after(() => server.close());
  const url = `http://127.0.0.1:${await server.listen(0)}/nothing`;

  // Writing after the end is an error of the response itself; its connection knows nothing of it.
  const closed = Promise.withResolvers<void>();
  const onRequest = (message: unknown): void => {
    unsubscribe('http.server.request.start', onRequest);
    const { response } = started.parse(message);
    response.prependListener('finish', () => response.write('too late'));
    response.once('close', () => closed.resolve());
  };
  subscribe('http.server.request.start', onRequest);
  await fetch(url);
  await closed.promise;

  assert.equal((await fetch(url)).status, 404);
  assert.ok(lines.some((line) => line.endsWith('A response could not be written: write after end')));
});
