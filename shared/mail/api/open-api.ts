/** The HTTP API in OpenAPI 3.1, made from the schemas that judge its requests and the codes that its errors have. */

import { z } from 'zod';
import type { Operation } from '../../api-operation.ts';
import { type ErrorCode, errorMeanings } from '../../errors.ts';
import { routePrefix, routes } from '../../names.ts';
import { jobEndedEvent } from '../events.ts';
import { mailJobSchema } from '../job/mail-job.ts';
import { problemAnswer } from './answers.ts';

/** What every operation may answer. */
const everywhere: readonly ErrorCode[] = ['REQUEST_INVALID', 'STORAGE_UNAVAILABLE', 'UNEXPECTED'];

type Json = Record<string, unknown>;

/** Definitions of all schemas stand together: OpenAPI finds them in one place. */
class Components {
  readonly schemas: Record<string, Json> = {};

  add(name: string, schema: z.ZodType, io: 'input' | 'output'): Json {
    return this.keep(name, z.toJSONSchema(schema, { io }));
  }

  /** A schema without a name of its own. */
  inline(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io });
    for (const [name, definition] of Object.entries($defs)) this.keep(name, definition);
    return moved(rest);
  }

  keep(name: string, schema: object): Json {
    const {
      $schema: _,
      $defs = {},
      id: __,
      ...rest
    } = z.looseObject({ $defs: z.record(z.string(), z.looseObject({})).optional() }).parse(schema);
    for (const [key, definition] of Object.entries($defs)) this.keep(key, definition);
    this.schemas[name] = moved(rest);
    return { $ref: `#/components/schemas/${name}` };
  }
}

/** @param operations of mail and of every other topic. */
export function openApi(publicUrl: string, operations: readonly Operation[]): object {
  const components = new Components();
  components.keep('MailJob', mailJobSchema());
  components.add('Problem', problemAnswer, 'output');
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = (paths[`/${operation.route}`] ??= {});
    path[operation.method] = describe(operation, components);
  }
  paths[`/${routes.mailJobSchema}`] = {
    get: document('readMailJobSchema', 'The JSON Schema of a mail job.', 'application/schema+json'),
  };
  paths[`/${routes.openApi}`] = { get: document('readOpenApi', 'This description.', 'application/json') };
  const event = components.add('MailJobEnded', jobEndedEvent, 'output');
  return {
    openapi: '3.1.0',
    info: {
      title: 'tenantpost',
      version: '1',
      summary: 'Sends Microsoft 365 mail from any tenant whose administrator consented once.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${publicUrl}/${routePrefix}` }],
    security: [{ functionKey: [] }],
    paths,
    webhooks: {
      mailJobEnded: {
        post: {
          summary:
            'Not a request: a message on the queue of TENANTPOST_EVENTS_QUEUE, at least once for every end of a mail job.',
          requestBody: { content: { 'application/json': { schema: event } } },
          responses: { default: { description: 'A queue has no answer.' } },
        },
      },
    },
    components: {
      schemas: components.schemas,
      securitySchemes: {
        functionKey: {
          type: 'apiKey',
          in: 'header',
          name: 'x-functions-key',
          description:
            'A key of the function, or of the host: https://learn.microsoft.com/azure/azure-functions/function-keys-how-to',
        },
      },
    },
  };
}

function describe(operation: Operation, components: Components): Json {
  const { id, summary, status, answerType = 'application/json', answers, answerExamples, hasLocation } = operation;
  const { isAnonymous = false } = operation;
  const schemas = answers.map((answer, at) => components.add(answerName(id, at), answer, 'input'));
  const location = { description: 'Of one job: where its outcome is.', schema: { type: 'string', format: 'uri' } };
  return {
    operationId: id,
    summary,
    ...(isAnonymous ? { security: [] } : {}),
    ...parametersOf(operation, components),
    ...bodyOf(operation, components),
    responses: {
      [status]: {
        description: statusText[status],
        ...(hasLocation === true ? { headers: { Location: location } } : {}),
        content: { [answerType]: { schema: oneOf(schemas), examples: toExamples(answerExamples) } },
      },
      ...(isAnonymous ? {} : { 401: keyMissing }),
      ...problemsOf([...everywhere, ...operation.errors]),
    },
  };
}

const keyMissing = {
  description: 'No key, or a wrong one. The Functions host answers this by itself, without a body.',
};

const statusText = { 200: 'Done.', 201: 'Kept.', 202: 'Taken; it leaves later.' } as const;

function answerName(id: string, at: number): string {
  return `${id[0]?.toUpperCase() ?? ''}${id.slice(1)}Answer${at === 0 ? '' : at + 1}`;
}

function parametersOf({ path, query, headers }: Operation, components: Components): Json {
  const parts = { path, query, header: headers };
  const parameters = Object.entries(parts).flatMap(([place, schema]) => {
    if (schema === undefined) return [];
    const { properties, required } = parameterSchemas.parse(components.inline(schema, 'input'));
    return Object.entries(properties).map(([name, { description, ...rest }]) => ({
      name: place === 'header' ? 'Idempotency-Key' : name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }));
  });
  return parameters.length === 0 ? {} : { parameters };
}

const parameterSchemas = z.object({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  required: z.array(z.string()).default([]),
});

function bodyOf({ body, bodyExamples = {} }: Operation, components: Components): Json {
  if (body === undefined) return {};
  if (body === 'octets') {
    const content = { 'application/octet-stream': { schema: { description: 'The octets as they are.' } } };
    return { requestBody: { required: true, content } };
  }
  const job = { $ref: '#/components/schemas/MailJob' };
  const jobs = { type: 'array', items: job, minItems: 1, maxItems: 100 };
  const many = { type: 'object', properties: { jobs }, required: ['jobs'], additionalProperties: false };
  const schema = body === 'mail-jobs' ? oneOf([job, many]) : components.inline(body, 'input');
  const content = { 'application/json': { schema, examples: toExamples(bodyExamples) } };
  return { requestBody: { required: body === 'mail-jobs', content } };
}

function problemsOf(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(codes, (code) => errorMeanings[code].httpStatus);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => {
      const only = { properties: { code: { enum: group }, status: { const: status } } };
      const schema = { allOf: [{ $ref: '#/components/schemas/Problem' }, only] };
      const examples = toExamples(Object.fromEntries(group.map((code) => [code, exampleOf(code)])));
      const description = group.map((code) => `${code}: ${errorMeanings[code].meaning}`).join('\n\n');
      return [status, { description, content: { 'application/problem+json': { schema, examples } } }];
    }),
  );
}

function exampleOf(code: ErrorCode): Json {
  const { httpStatus, meaning, remedy, owner, symptom } = errorMeanings[code];
  return { type: 'about:blank', status: httpStatus, title: meaning, detail: symptom, code, remedy, owner };
}

function document(operationId: string, summary: string, type: string): Json {
  const content = { [type]: { schema: { type: 'object' } } };
  return {
    operationId,
    summary,
    security: [],
    responses: { 200: { description: 'The document.', content }, ...problemsOf(['UNEXPECTED']) },
  };
}

function oneOf(schemas: readonly Json[]): Json {
  const [first = {}, ...others] = schemas;
  return others.length === 0 ? first : { oneOf: schemas };
}

function toExamples(examples: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

/** Wherever the definitions of a schema were, they are components now. */
function moved(schema: object): Json {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  return z.looseObject({}).parse(JSON.parse(text));
}
