/** What `npm run cloud -- --local-settings` writes, the sample of it, and docs/func-start.md. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { exampleSeed } from '../../../local/cloud/seed-file/example-seed.ts';
import { readSeed } from '../../../local/cloud/seed-file/read-seed.ts';
import { stateOf } from '../../../local/cloud/seed-file/state-of.ts';
import { emptyState } from '../../../local/cloud/state.ts';
import { isSomebodys, localSettingsOf, writeLocalSettings } from '../../../local/local-settings.ts';
import { readConfig } from '../../../shared/config.ts';
import { parseMailJob } from '../../../shared/mail/job/mail-job.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'func-start.md'), 'utf8');
const file = z.strictObject({ IsEncrypted: z.literal(false), Values: z.record(z.string(), z.string()) });
const sample = file.parse(JSON.parse(readFileSync(join(root, 'local.settings.sample.json'), 'utf8'))).Values;

const folder = mkdtempSync(join(tmpdir(), 'local-settings-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** As they are with the default ports. */
const urls = {
  ...{ entra: 'https://localhost:7100', graph: 'https://localhost:7101', upload: 'https://127.0.0.1:7102' },
  ...{ vault: 'https://localhost:7103', identity: 'http://127.0.0.1:7104', blob: '', queue: '', table: '' },
  ...{ smtp: 'smtp://localhost:7108', imap: 'imaps://localhost:7109', pop: 'pop3s://localhost:7110', portal: '' },
};
const started = { urls, identityHeader: 'another', caFile: '/tmp/elsewhere/ca.pem' };
const [connectionString = ''] = [sample['AzureWebJobsStorage']];

test('the sample is what the command writes with its own seed and ports, but for what is another at each start', async () => {
  const written = join(folder, 'local.settings.json');
  writeLocalSettings(
    written,
    localSettingsOf({ ...started, state: await stateOf(readSeed(exampleSeed)) }, connectionString),
  );
  const { Values } = file.parse(JSON.parse(readFileSync(written, 'utf8')));
  const atEachStart = { IDENTITY_HEADER: '', NODE_EXTRA_CA_CERTS: '' };
  assert.deepEqual(Object.keys(sample), Object.keys(Values));
  assert.deepEqual({ ...sample, ...atEachStart }, { ...Values, ...atEachStart });
  assert.doesNotThrow(() => readConfig(Values));
  assert.equal(statSync(written).mode & 0o777, 0o600, 'others may read the header of the identity');
});

test('a seed without an app is refused, by what it lacks', () => {
  assert.throws(() => localSettingsOf({ ...started, state: emptyState() }, ''), /needs a managed identity/);
});

describe("somebody's own file", () => {
  const cases: [string, string | undefined, boolean][] = [
    ['is none that is not there', undefined, false],
    ['is none that the command wrote', JSON.stringify({ Values: { LOCAL_CLOUD_WROTE_THIS: 'yes' } }), false],
    ['is one with settings of his', JSON.stringify({ IsEncrypted: false, Values: { MINE: '1' } }), true],
    ['is one with comments, which Core Tools take and JSON does not', '{ "Values": {} } // mine', true],
    ['is one that is empty', '', true],
  ];
  for (const [title, text, expected] of cases) {
    test(title, () => {
      const one = join(folder, title);
      if (text !== undefined) writeFileSync(one, text);
      assert.equal(isSomebodys(one), expected);
    });
  }
});

describe('docs/func-start.md', () => {
  test('tells why each setting is there', () => {
    const [, table = ''] = page.split('| Setting');
    const [rows = ''] = table.split('\n\n');
    for (const name of Object.keys(sample).filter((one) => !one.startsWith('TENANTPOST_')))
      assert.ok(rows.includes(`\`${name}\``), name);
  });

  test('has a mail job that the app takes', () => {
    const [, job = ''] = /mail-jobs [^']+'content-type: application\/json' -d '(\{.*?\})'/s.exec(page) ?? [];
    assert.equal(parseMailJob(z.looseObject({}).parse(JSON.parse(job))).job.id, 'first');
  });

  test('has the two lines of the README', () => {
    const [, lines = ''] = /```sh\n(.*?)```/s.exec(page) ?? [];
    assert.ok(readFileSync(join(root, 'README.md'), 'utf8').includes(lines), lines);
  });
});
