/** What Graph lets the app do, asked of the local cloud's Graph. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { GraphProbe } from '../../../../../shared/adapters/graph/graph-probe.ts';
import { readToken, type Token } from '../../../../../shared/tokens/token.ts';
import { aToken, customers, startTestCloud, type TestCloud, type TokenOverrides } from '../../../../support/cloud.ts';
import { withCode } from '../../../../support/failing.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { anExpectation } from '../../../../support/unsigned-token.ts';

const post = `post@${customers.contoso.domain}`;
let cloud: TestCloud;
let probe: GraphProbe;
before(async () => {
  cloud = await startTestCloud();
  probe = new GraphProbe({ url: cloud.urls.graph, freshToken: () => token() });
});
beforeEach(() => cloud.faults.clear());
after(() => cloud.stop());

const token = async (claims: TokenOverrides = {}): Promise<Token> =>
  readToken(await aToken(cloud, claims), anExpectation(claims.tid ?? customers.contoso.id));

describe('the right to send', () => {
  test('is there: Graph finds fault with the message, and nothing is sent or kept', async () => {
    const before = structuredClone(cloud.state.messages);
    assert.equal(await probe.send(await token(), post), '400 ErrorMimeContentInvalidBase64String');
    await probe.maySend(customers.contoso.id, post);
    assert.deepEqual(cloud.state.messages, before);
    assert.equal(cloud.state.sendingUse.length, 0);
  });

  test('is missing: without the role, and without a scope that holds the mailbox', async () => {
    await assert.rejects(
      token({ roles: undefined }).then((one) => probe.send(one, post)),
      withCode('SEND_FORBIDDEN'),
    );
    await assert.rejects(
      token({ roles: ['Mail.Read'] }).then((one) => probe.send(one, post)),
      withCode('SEND_FORBIDDEN'),
    );
  });

  test('is not asked for of a mailbox that is not there, has no licence, or is another tenant’s', async () => {
    const unlicensed = cloud.state.mailboxes.find(({ address }) => address === `anna@${customers.contoso.domain}`);
    assert.ok(unlicensed);
    unlicensed.licensed = false;
    for (const [mailbox, serviceCode] of [
      [`nobody@${customers.contoso.domain}`, 'ErrorInvalidUser'],
      [`post@${customers.fabrikam.domain}`, 'ErrorInvalidUser'],
      [unlicensed.address, 'MailboxNotEnabledForRESTAPI'],
    ] as const) {
      const error = await failureOf(probe.maySend(customers.contoso.id, mailbox));
      assert.deepEqual([error.code, error.detail['serviceCode']], ['MAILBOX_NOT_FOUND', serviceCode]);
    }
  });

  test('cannot be told from a refused token, a throttled app, or a service in trouble: nothing of it is "may have left"', async () => {
    await assert.rejects(
      token({ exp: 1 }).then((one) => probe.send(one, post)),
      withCode('SEND_TOKEN_REFUSED'),
    );
    for (const [fault, code] of [
      [{ kind: 'answer', status: 429 }, 'SEND_THROTTLED'],
      [{ kind: 'answer', status: 503 }, 'GRAPH_UNAVAILABLE'],
      [{ kind: 'cut' }, 'GRAPH_UNAVAILABLE'],
      [{ kind: 'answer', status: 200, body: 'html' }, 'GRAPH_UNAVAILABLE'],
      [{ kind: 'answer', status: 400, code: 'BadRequest' }, 'SEND_REJECTED'],
    ] as const) {
      cloud.faults.clear();
      cloud.faults.add({ service: 'graph', operation: 'sendMail', fault });
      await assert.rejects(probe.maySend(customers.contoso.id, post), withCode(code));
    }
  });
});

test('a page of a proxy is no refusal of Graph’s: neither a policy of the tenant nor a missing mailbox', async () => {
  for (const status of [403, 404]) {
    cloud.faults.clear();
    cloud.faults.add({ service: 'graph', fault: { kind: 'answer', status, body: 'html' } });
    const error = await failureOf(probe.maySend(customers.contoso.id, post));
    assert.deepEqual([error.code, error.detail['status']], ['GRAPH_UNAVAILABLE', status]);
    await assert.rejects(
      token({ roles: ['Mail.ReadWrite'] }).then((one) => probe.read(one, post)),
      withCode('GRAPH_UNAVAILABLE'),
    );
  }
});

test('the right to read is asked for by the id of one message', async () => {
  assert.equal(await probe.read(await token({ roles: ['Mail.ReadWrite'] }), post), '200');
  await assert.rejects(
    token().then((one) => probe.read(one, post)),
    withCode('MAIL_READ_MISSING'),
  );
});
