import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphTransport } from '../../../../shared/adapters/graph-transport.ts';
import { fabrikam } from '../../../support/app-identity.ts';
import { withCode } from '../../../support/failing.ts';
import { aParsedMailJob } from '../../../support/mail-job.ts';
import { aToken } from '../../../support/unsigned-token.ts';

test("makes no request for a mail that comes with another tenant's token", async (t) => {
  const fetched = t.mock.method(globalThis, 'fetch', () => Promise.resolve(new Response(null, { status: 202 })));
  const transport = new GraphTransport('https://graph.microsoft.com');
  const foreign = aToken({ tenantId: fabrikam });
  await assert.rejects(transport.send(aParsedMailJob(), foreign), withCode('TOKEN_WRONG'));
  assert.equal(fetched.mock.callCount(), 0);
});
