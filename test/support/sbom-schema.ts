/** Validates against the JSON Schema of CycloneDX 1.6, which the library that writes it brings along. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
const schema = (name: string): object =>
  JSON.parse(readFileSync(join(dirname(library), 'res', 'schema', `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;

function compiled() {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Internationalized forms are wider than these, which is all that is written here.
  ajv.addFormat('iri-reference', true);
  ajv.addFormat('idn-email', true);
  ajv.addSchema(schema('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
  ajv.addSchema(schema('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
  return ajv.compile(schema('bom-1.6'));
}

const validate = compiled();

/** @returns what is wrong, nothing when it is valid. */
export function sbomProblems(bom: unknown): string[] {
  validate(bom);
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath}: ${message}`);
}
