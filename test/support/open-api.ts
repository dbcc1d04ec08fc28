/** The OpenAPI description as tests ask it: which schema an answer has, and whether a value is of it. */

import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';

const content = z.record(
  z.string(),
  z.looseObject({
    schema: z.looseObject({}),
    examples: z.record(z.string(), z.object({ value: z.unknown() })).default({}),
  }),
);
const response = z.looseObject({ description: z.string(), content: content.default({}) });
const operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.enum(['path', 'query', 'header']) })).default([]),
  requestBody: z.looseObject({ content }).optional(),
  responses: z.record(z.string(), response),
  security: z.array(z.unknown()).optional(),
});
const document = z.looseObject({
  paths: z.record(z.string(), z.record(z.enum(['get', 'post', 'put', 'delete']), operation.optional())),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

export type OpenApiOperation = z.infer<typeof operation> & { readonly method: string; readonly path: string };

export class OpenApi {
  readonly operations: readonly OpenApiOperation[];
  readonly #ajv: Ajv2020;

  constructor(described: unknown) {
    const { paths, components } = document.parse(described);
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, one]) => (one === undefined ? [] : [{ ...one, method, path }])),
    );
    // Unknown keywords are what a misspelt one looks like; patterns are ECMA 262's, with Unicode.
    this.#ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
    this.#ajv.addKeyword('components');
    formats.default(this.#ajv);
    // It is no schema itself, only where schemas stand.
    this.#ajv.addSchema({ $id: 'openapi:', components }, undefined, undefined, false);
  }

  operation(id: string): OpenApiOperation {
    const found = this.operations.find(({ operationId }) => operationId === id);
    assert.ok(found, `no operation ${id}`);
    return found;
  }

  /** Fails unless the value is of the schema that the operation describes for this status and type. */
  requireAnswer(id: string, status: number, type: string, value: unknown): void {
    const described = this.operation(id).responses[status];
    assert.ok(described, `${id} describes no answer ${status}: ${JSON.stringify(value)}`);
    const body = described.content[type.split(';')[0] ?? ''];
    if (Object.keys(described.content).length === 0) return assert.equal(value, undefined);
    assert.ok(body, `${id} describes no ${type} for ${status}`);
    this.requireValid(body.schema, value, `${id} ${status}`);
  }

  requireValid(schema: object, value: unknown, what: string): void {
    const validate = this.validator(schema);
    assert.ok(validate(value), `${what}: ${this.#ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
  }

  validator(schema: object): ValidateFunction {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi:#/components/');
    return this.#ajv.compile(JSON.parse(text) as object);
  }
}
