import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operations } from '../../../functions/operations.ts';
import { tenantLink } from '../../../functions/tenant-link.ts';
import { tenantPage } from '../../../functions/tenant-page.ts';
import type { CheckReport, CheckRequest } from '../../../shared/checks/finding.ts';
import { hours, seconds } from '../../../shared/clock.ts';
import { errorMeanings, TenantpostError } from '../../../shared/errors.ts';
import { openApi } from '../../../shared/mail/api/open-api.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { aTenant } from '../../support/tenant.ts';
import { OpenApi } from '../../support/open-api.ts';
import { answerOf, objectIn } from './answer.ts';

const described = new OpenApi(openApi('https://mail.example.com', operations));

/** A doctor that tells what it was asked, and finds what a test says. */
async function world(run: (request: CheckRequest) => Promise<CheckReport> = well) {
  const memory = memoryServices();
  memory.tenants.rows.set(contoso, aTenant({ rights: ['Mail.Send', 'SMTP.SendAsApp'] }));
  memory.tenants.rows.set(fabrikam, aTenant({ id: fabrikam }));
  const asked: CheckRequest[] = [];
  const doctor = {
    run(request: CheckRequest) {
      asked.push(request);
      return run(request);
    },
  };
  const { signed } = await memory.services.pages.links.tenantPage(contoso);
  const { context } = anInvocation('tenantPage');
  const call = (init: Parameters<typeof aRequest>[1], link = signed) =>
    answerOf(tenantPage({ ...memory.services, doctor }), aRequest(`/api/tenant?link=${link}`, init), context);
  const check = (fields: Record<string, string>) =>
    call({ method: 'POST', body: { string: new URLSearchParams(fields).toString() } });
  return { memory, asked, call, check, signed };
}

function well({ tenant, mailbox = null }: { tenant: string; mailbox?: string | null | undefined }) {
  const checkedAt = new Date(noon).toISOString();
  return Promise.resolve<CheckReport>({ tenant, mailbox, checkedAt, verdict: 'ok', cause: null, findings: [] });
}

test('it answers to whoever has the link', async () => {
  const { memory } = await world();
  const { methods, authLevel, route } = tenantPage(memory.services);
  assert.deepEqual([methods, authLevel, route], [['GET', 'POST'], 'anonymous', 'tenant']);
});

describe('a tenant’s page', () => {
  test('is that of the tenant in the link, whatever else the address says', async () => {
    const { call, signed } = await world();
    const { status, body, headers } = await call({}, `${signed}&tenant=${fabrikam}`);
    assert.equal(status, 200);
    assert.ok(body.includes(contoso) && !body.includes(fabrikam));
    assert.match(headers['content-security-policy'] ?? '', /frame-ancestors 'none'/);
    assert.match(body, /New-ServicePrincipal/);
  });

  test('asks nobody anything when it is opened', async () => {
    const { call, asked, memory } = await world();
    await call({});
    assert.deepEqual([asked, memory.issuer.requests], [[], []]);
  });

  test('is refused with no link, one of another kind, and one that has expired', async () => {
    const { call, memory, asked } = await world();
    const follow = await memory.services.pages.links.follow(contoso, undefined);
    for (const link of ['', 'junk', follow]) {
      const { status, body } = await call({ method: 'POST' }, link);
      assert.equal(status, 400);
      assert.ok(!body.includes(contoso));
    }
    memory.advance(30 * 24 * hours);
    assert.equal((await call({})).status, 410);
    assert.deepEqual(asked, []);
  });

  test('of a tenant that is no longer recorded is 404', async () => {
    const { call, memory } = await world();
    memory.tenants.rows.delete(contoso);
    assert.equal((await call({})).status, 404);
  });
});

describe('the button that checks', () => {
  test('has the doctor look at this tenant and the mailbox that was chosen, and sends nothing', async () => {
    const { check, asked } = await world();
    const { status, body } = await check({
      mailbox: ' post@contoso.example ',
      tenant: fabrikam,
      sendTo: 'a@b.example',
    });
    assert.equal(status, 200);
    assert.match(body, /All is well/);
    assert.deepEqual(asked, [{ tenant: contoso, mailbox: 'post@contoso.example' }]);
  });

  test('checks the organisation alone where no mailbox was written', async () => {
    const { check, asked } = await world();
    await check({ mailbox: '' });
    assert.deepEqual(asked, [{ tenant: contoso, mailbox: undefined }]);
  });

  test('can be pressed again after half a minute, and says how long that is', async () => {
    const { check, asked, memory } = await world();
    await check({});
    memory.advance(10 * seconds);
    const { status, body } = await check({});
    assert.equal(status, 429);
    assert.match(body, /again in 20 seconds/);
    assert.equal(asked.length, 1);
    memory.advance(20 * seconds);
    assert.equal((await check({})).status, 200);
  });

  test('says beside the field what is no mail address', async () => {
    const { check } = await world(() => Promise.reject(new TenantpostError('REQUEST_INVALID', 'wrong')));
    const { status, body } = await check({ mailbox: '"><script>alert(1)</script>' });
    assert.equal(status, 400);
    assert.match(body, /That is no mail address/);
    assert.ok(!body.includes('<script>alert'));
  });

  test('shows how the tenant stands after the check, which may have found it out', async () => {
    const { check, memory } = await world((request) => {
      memory.tenants.rows.set(contoso, aTenant({ state: 'revoked', code: 'ROLE_MISSING' }));
      return well(request);
    });
    assert.match((await check({})).body, /withdrawn/);
  });
});

describe('a link to a tenant’s page', () => {
  const ask = async (tenant: string, change: (memory: ReturnType<typeof memoryServices>) => void = () => undefined) => {
    const { memory, call } = await world();
    change(memory);
    const request = aRequest('/api/tenants/x/links', { method: 'POST', params: { tenant } });
    const answer = await answerOf(tenantLink(memory.services), request, anInvocation().context);
    const type = answer.headers['content-type'] ?? 'application/json';
    described.requireAnswer('tenantLink', answer.status, type, objectIn(answer.body));
    return { ...answer, call };
  };

  test('is made with a key, by POST', () => {
    const { methods, authLevel, route } = tenantLink(memoryServices().services);
    assert.deepEqual([methods, authLevel, route], [['POST'], 'function', 'tenants/{tenant}/links']);
  });

  test('opens the page of that tenant, and says until when', async () => {
    const { status, body, call } = await ask(contoso.toUpperCase());
    assert.equal(status, 201);
    const { tenant, link, expiresAt } = objectIn(body);
    assert.deepEqual([tenant, expiresAt], [contoso, new Date(noon + 30 * 24 * hours).toISOString()]);
    assert.equal((await call({}, new URL(String(link)).searchParams.get('link') ?? '')).status, 200);
  });

  test('is made for no tenant that is not recorded, and none that is no tenant', async () => {
    const unknown = await ask('33333333-cccc-4ccc-8ccc-333333333333');
    assert.deepEqual([unknown.status, objectIn(unknown.body)['code']], [404, 'TENANT_UNKNOWN']);
    const wrong = await ask('contoso.example');
    assert.deepEqual([wrong.status, objectIn(wrong.body)['code']], [400, 'REQUEST_INVALID']);
  });

  for (const code of ['VAULT_UNAVAILABLE', 'VAULT_REFUSED'] as const) {
    test(`is not made while nothing can be signed (${code}), and the answer is one that is described`, async (t) => {
      const { status, body } = await ask(contoso, ({ services }) =>
        t.mock.method(services.pages.links, 'tenantPage', failing(code)),
      );
      assert.deepEqual([status, objectIn(body)['code']], [errorMeanings[code].httpStatus, code]);
    });
  }
});
