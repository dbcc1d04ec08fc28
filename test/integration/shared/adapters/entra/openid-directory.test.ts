/** Whose a domain is, asked of the local Entra, and of servers that are none. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, describe, test } from 'node:test';
import { OpenIdDirectory } from '../../../../../shared/adapters/entra/openid-directory.ts';
import { customers, startTestCloud } from '../../../../support/cloud.ts';
import { withCode } from '../../../../support/failing.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const directory = new OpenIdDirectory({ cloud: 'public', authorityUrl: cloud.urls.entra });

describe('the directory', () => {
  test('knows the tenant of a domain', async () => {
    for (const { domain, id } of [customers.contoso, customers.fabrikam]) {
      assert.equal(await directory.findByDomain(domain), id);
    }
  });

  test('knows none of a domain that no tenant has', async () => {
    assert.equal(await directory.findByDomain('nobody.example'), undefined);
  });

  test('is unavailable where nobody answers', async () => {
    const nowhere = new OpenIdDirectory({ cloud: 'public', authorityUrl: 'https://127.0.0.1:1' });
    await assert.rejects(nowhere.findByDomain('contoso.example'), withCode('ENTRA_UNAVAILABLE'));
  });
});

describe('an answer', () => {
  const id = '11111111-aaaa-4aaa-8aaa-111111111111';
  const issuer = `https://login.microsoftonline.com/${id}/v2.0`;
  let answer: { status: number; body: string } = { status: 200, body: '' };
  const server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
  after(() => server.close());

  async function ask(status: number, body: unknown): Promise<string | undefined> {
    answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
    if (!server.listening) await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const authorityUrl = `http://127.0.0.1:${address.port}`;
    return new OpenIdDirectory({ cloud: 'public', authorityUrl }).findByDomain('contoso.com');
  }

  test('of Entra names the tenant in its issuer', async () => {
    assert.equal(await ask(200, { issuer: issuer.toUpperCase().replace('/V2.0', '/v2.0') }), id);
    assert.equal(await ask(200, { issuer, cloud_instance_name: 'microsoftonline.com' }), id);
  });

  test('for a tenant of another cloud says which', async () => {
    for (const instance of ['microsoftonline.us', 'partner.microsoftonline.cn']) {
      const other = ask(200, { issuer, cloud_instance_name: instance });
      await assert.rejects(other, withCode('TENANT_IN_OTHER_CLOUD'));
    }
  });

  test('400 is a domain that nobody has, as Entra says it with AADSTS90002', async () => {
    assert.equal(await ask(400, { error: 'invalid_tenant', error_description: 'AADSTS90002: not found' }), undefined);
  });

  for (const [status, body] of [
    [500, ''],
    [503, '{}'],
    [200, '<html>a proxy</html>'],
    [200, {}],
    [200, '[]'],
    [302, ''],
  ] as const) {
    test(`${status} with ${JSON.stringify(body)} is none`, async () => {
      await assert.rejects(ask(status, body), withCode('ENTRA_UNAVAILABLE'));
    });
  }
});
