import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorMeanings, TenantpostError } from '../../../../shared/errors.ts';
import { answering, jsonBody, problem } from '../../../../shared/host/http.ts';
import { withCode } from '../../../support/failing.ts';
import { aJsonRequest, anInvocation, aRequest, headersOf } from '../../../support/invocation.ts';

function bodyOf(response: ReturnType<typeof problem>): Record<string, unknown> {
  assert.ok(typeof response.body === 'string');
  const value: unknown = JSON.parse(response.body);
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}

describe('a problem document', () => {
  test('has the members of RFC 9457, and ours beside them', () => {
    const response = problem(
      new TenantpostError('REQUEST_INVALID', 'The invitation request is wrong.', {
        detail: { field: '/tenant', expected: 'a tenant id' },
        cause: new Error('secret'),
      }),
    );
    const { meaning, remedy, owner } = errorMeanings.REQUEST_INVALID;
    assert.equal(response.status, 400);
    assert.equal(headersOf(response)['content-type'], 'application/problem+json');
    assert.deepEqual(bodyOf(response), {
      type: 'about:blank',
      status: 400,
      title: meaning,
      detail: 'The invitation request is wrong.',
      code: 'REQUEST_INVALID',
      remedy,
      owner,
      field: '/tenant',
      expected: 'a tenant id',
    });
  });

  test('has the status of the answer, whatever the detail of the error is called (RFC 9457, section 3.1.2)', () => {
    for (const detail of [{ status: 403 }, { status: undefined }, { code: 'x', title: 'x', type: 'x', detail: 'x' }]) {
      const response = problem(new TenantpostError('VAULT_REFUSED', 'Key Vault failed to sign.', { detail }));
      assert.equal(response.status, 502);
      const { type, status, title, code, detail: words } = bodyOf(response);
      assert.deepEqual(
        [type, status, title, code, words],
        ['about:blank', 502, errorMeanings.VAULT_REFUSED.meaning, 'VAULT_REFUSED', 'Key Vault failed to sign.'],
      );
    }
  });
});

test('a problem that names a time says it in Retry-After as well, in whole seconds', () => {
  const response = problem(new TenantpostError('SEND_THROTTLED', 'Too many.', { retryAfterSeconds: 1.2 }));
  assert.equal(headersOf(response)['retry-after'], '2');
  assert.equal(headersOf(problem(new TenantpostError('SEND_THROTTLED', 'Too many.')))['retry-after'], undefined);
});

describe('a JSON body', () => {
  test('is parsed', async () => {
    assert.deepEqual(await jsonBody(aJsonRequest('/api/invitations', ' {"tenant":null} ')), { tenant: null });
  });

  test('that is missing or empty counts as an empty object', async () => {
    assert.deepEqual(await jsonBody(aRequest('/api/invitations', { method: 'POST' })), {});
    assert.deepEqual(await jsonBody(aJsonRequest('/api/invitations', ' \n')), {});
  });

  test('that is no UTF-8 is refused, and not read as other letters', async () => {
    const latin1 = aRequest('/api/mail-jobs', { method: 'POST', body: { bytes: Buffer.from('{"a":"ä"}', 'latin1') } });
    await assert.rejects(jsonBody(latin1), withCode('REQUEST_INVALID'));
    const utf8 = aRequest('/api/mail-jobs', { method: 'POST', body: { bytes: Buffer.from('\uFEFF{"a":"ä"}') } });
    assert.deepEqual(await jsonBody(utf8), { a: 'ä' });
  });

  test('that is no JSON is refused, without a word of it', async () => {
    await assert.rejects(jsonBody(aJsonRequest('/api/invitations', '{secret')), (error: unknown) => {
      assert.ok(error instanceof TenantpostError);
      assert.doesNotMatch(error.message + JSON.stringify(error.detail), /secret/);
      return withCode('REQUEST_INVALID')(error);
    });
  });
});

describe('an answer', () => {
  const secured = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };

  test('is kept by nobody, guessed at by nobody, and tells no other site where it was', async () => {
    const { context } = anInvocation();
    const handler = answering(problem, () =>
      Promise.resolve({ status: 302, headers: { Location: 'https://login.example.com' } }),
    );
    const response = await handler(aRequest('/api/health'), context);
    assert.ok(typeof response === 'object' && 'status' in response);
    assert.equal(response.status, 302);
    assert.deepEqual(headersOf(response), { ...secured, location: 'https://login.example.com' });
  });

  test('to an error of ours is the one made of it, and the log has its code and detail', async () => {
    for (const [code, level] of [
      ['INVITATION_USED', 'warning'],
      ['VAULT_REFUSED', 'error'],
    ] as const) {
      const { context, lines } = anInvocation();
      const handler = answering(problem, () =>
        Promise.reject(
          new TenantpostError(code, 'refused', { detail: { invitationId: 'i' }, cause: new Error('secret') }),
        ),
      );
      const response = await handler(aRequest('/api/health'), context);
      assert.ok(typeof response === 'object' && 'body' in response);
      assert.equal(response.status, errorMeanings[code].httpStatus);
      assert.deepEqual(headersOf(response), { ...secured, 'content-type': 'application/problem+json' });
      assert.deepEqual(lines, [`${level} {"event":"http.refused","invitationId":"i","code":"${code}"}`]);
    }
  });

  test('to an error is made of the error and of the request that met it', async () => {
    const request = aRequest('/api/consent/callback?error=access_denied');
    const refusal = new TenantpostError('CONSENT_FAILED', 'refused');
    const seen: unknown[] = [];
    const handler = answering(
      (...met) => {
        seen.push(...met);
        return { status: 418 };
      },
      () => Promise.reject(refusal),
    );
    const response = await handler(request, anInvocation().context);
    assert.ok(typeof response === 'object' && 'status' in response);
    assert.equal(response.status, 418);
    assert.deepEqual(headersOf(response), secured);
    assert.equal(seen.length, 2);
    assert.ok(seen[0] === refusal && seen[1] === request);
  });

  test('to anything else is 500 with none of its text, which the log does not have either', async () => {
    const { context, lines } = anInvocation();
    const handler = answering(problem, () => Promise.reject(new TypeError('secret')));
    const response = await handler(aRequest('/api/health'), context);
    assert.ok(typeof response === 'object' && 'body' in response);
    assert.equal(response.status, 500);
    assert.doesNotMatch(JSON.stringify(response), /secret/);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', /^error \{"event":"unexpected","kinds":"TypeError","stack":".*http\.test\.ts/);
    assert.match(lines[1] ?? '', /^error \{"event":"http.refused","code":"UNEXPECTED"\}$/);
    assert.doesNotMatch(lines.join(), /secret/);
  });
});
