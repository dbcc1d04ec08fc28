import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { errorCodes, errorMeanings } from '../../../../../shared/errors.ts';
import { operations } from '../../../../../functions/operations.ts';
import { openApi } from '../../../../../shared/mail/api/open-api.ts';
import { routes } from '../../../../../shared/names.ts';
import { OpenApi } from '../../../../support/open-api.ts';

const described = openApi('https://mail.example.com', operations);
const api = new OpenApi(described);

test('the description is OpenAPI 3.1 by the schema of the standard', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate({ ...described });
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
});

test('it has every route but those of pages, and no other', () => {
  const others: readonly string[] = [
    routes.consentInvitation,
    routes.consentStart,
    routes.consentCallback,
    routes.consentResult,
    routes.tenantPage,
    routes.health,
    routes.credential,
  ];
  const isPage = (route: string): boolean =>
    others.includes(route) || (/^console\b/.test(route) && !api.operations.some(({ path }) => path === `/${route}`));
  const expected = Object.values(routes).filter((route) => !isPage(route));
  assert.deepEqual([...new Set(api.operations.map(({ path }) => path.slice(1)))].sort(), [...expected].sort());
});

test('it names each operation once', () => {
  const ids = api.operations.map(({ operationId }) => operationId);
  assert.deepEqual(ids, [...new Set(ids)]);
});

test('it describes every parameter of every path', () => {
  for (const { path, parameters } of api.operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const inPath = parameters.filter((one) => one.in === 'path');
    assert.deepEqual(inPath.map(({ name }) => name).sort(), named.sort(), path);
    assert.ok(inPath.every(({ required }) => required === true));
  }
});

test('it asks for a key everywhere but for the documents, and where a signed link is the authority', () => {
  const free = api.operations.filter(({ security }) => security !== undefined);
  const expected = [routes.openApi, routes.mailJobSchema, routes.consentStatus].map((route) => `/${route}`);
  assert.deepEqual(free.map(({ path }) => path).sort(), expected.sort());
  assert.ok(free.every(({ security }) => security?.length === 0));
});

describe('an example', () => {
  for (const { operationId, requestBody, responses } of api.operations) {
    test(`of ${operationId} is of the schema that it stands beside`, () => {
      const bodies = [requestBody?.content ?? {}, ...Object.values(responses).map(({ content }) => content)];
      for (const { schema, examples } of bodies.flatMap((content) => Object.values(content))) {
        for (const [name, { value }] of Object.entries(examples)) {
          api.requireValid(schema, value, `${operationId} ${name}`);
        }
      }
    });
  }

  test('with a field that nobody described is not', () => {
    const { schema } = api.operation('readMailJob').responses[200]?.content['application/json'] ?? {};
    const [sent] = Object.values(
      api.operation('readMailJob').responses[200]?.content['application/json']?.examples ?? {},
    );
    assert.ok(schema && sent?.value);
    const validate = api.validator(schema);
    assert.equal(validate({ ...sent.value, recipients: [] }), false);
    assert.equal(validate({ ...sent.value, state: 'gone' }), false);
  });
});

describe('a problem', () => {
  test('is described for each code that an operation has, under the status of that code', () => {
    for (const { id, errors } of operations) {
      for (const code of [...errors, 'REQUEST_INVALID', 'STORAGE_UNAVAILABLE', 'UNEXPECTED'] as const) {
        const { httpStatus } = errorMeanings[code];
        const media = api.operation(id).responses[httpStatus]?.content['application/problem+json'];
        assert.ok(media?.examples[code], `${id} ${code}`);
      }
    }
  });

  test('with a code that the operation does not have is none of it', () => {
    const media = api.operation('readMailJob').responses[404]?.content['application/problem+json'];
    const example = media?.examples['JOB_NOT_FOUND']?.value;
    assert.ok(media && typeof example === 'object');
    const validate = api.validator(media.schema);
    assert.ok(validate(example));
    for (const code of errorCodes.filter((one) => one !== 'JOB_NOT_FOUND')) {
      assert.equal(validate({ ...example, code }), false, code);
    }
  });
});
