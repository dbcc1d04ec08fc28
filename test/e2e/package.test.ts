/** What is deployed, made twice and run: `npm run package`, and the settings that `npm run cloud` writes for `func start`. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { unzipSync } from 'fflate';
import { z } from 'zod';
import { freePort } from '../../local/free-port.ts';
import { type AppPackage, packageApp } from '../../local/package/package-app.ts';
import { sha256 } from '../../local/package/sbom.ts';
import { root } from '../../local/stack.ts';
import { waitFor } from '../../local/wait.ts';
import { routePrefix, routes } from '../../shared/names.ts';
import { copyCheckout } from '../support/app-folder.ts';
import { sbomProblems } from '../support/sbom-schema.ts';

const elsewhere = mkdtempSync(join(tmpdir(), 'tenantpost-checkout-'));
const running = new Set<ChildProcess>();
let app: AppPackage;

before(async () => {
  app = await packageApp(root);
});
after(async () => {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all([...running].map((child) => once(child, 'close')));
  rmSync(elsewhere, { recursive: true, force: true });
});

const text = (name: string): string => Buffer.from(app.files.get(name) ?? assert.fail(name)).toString();

/** Folders of packages of which esbuild says that bytes of them are in the bundle. A package may have packages of its own. */
function heldPackages(): string[] {
  const held = Object.values(app.bundle.metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((file) => (inputs[file]?.bytesInOutput ?? 0) > 0),
  );
  const folders = held.flatMap((file) => /^(?:.+\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);

const sbom = z.object({
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  metadata: z.object({ timestamp: z.undefined().optional(), component: z.object({ 'bom-ref': z.string() }) }),
  components: z.array(
    z.object({
      'bom-ref': z.string(),
      name: z.string(),
      group: z.string().optional(),
      version: z.string(),
      purl: z.string(),
      licenses: z.array(z.unknown()).min(1),
      hashes: z.array(z.object({ alg: z.literal('SHA-512'), content: z.string().length(128) })).optional(),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});

describe('the package', () => {
  test('is the same, byte for byte, from another folder', async () => {
    copyCheckout(root, elsewhere, Object.keys(app.bundle.metafile.inputs));
    const again = await packageApp(elsewhere);
    for (const [name, content] of app.files) assert.equal(sha256(content), sha256(again.files.get(name) ?? ''), name);
    assert.equal(sha256(app.zip), sha256(again.zip));
  });

  test('holds the bundle, what the host reads, licences and the bill of materials, and nothing else', () => {
    assert.deepEqual(Object.keys(unzipSync(app.zip)), [
      'LICENSE',
      'THIRD-PARTY-LICENSES.txt',
      'dist/functions.cjs',
      'host.json',
      'package.json',
      'sbom.cdx.json',
    ]);
    const { name, version, type, main } = z
      .looseObject({})
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    assert.deepEqual(JSON.parse(text('package.json')), { name, version, type, main });
    assert.deepEqual(JSON.parse(text('host.json')), JSON.parse(readFileSync(join(root, 'host.json'), 'utf8')));
  });

  test('tells nothing of the machine that made it, and has no file of tests, of the local cloud or of settings', () => {
    for (const [name, content] of app.files) {
      const whole = Buffer.from(content).toString('latin1');
      for (const foreign of [
        root,
        elsewhere,
        tmpdir() + '/',
        hostname(),
        ...(homedir() === '/root' ? [] : [homedir()]),
      ]) {
        if (foreign.length > 4) assert.ok(!whole.includes(foreign), `${name} has ${foreign}`);
      }
      for (const foreign of [/^\/\/ (?:test|local|cli|docs)\//m, /local\.settings\.json/, /\/node_modules\/\.cache/]) {
        assert.doesNotMatch(whole, foreign, name);
      }
    }
  });

  test('has a bill of materials that CycloneDX 1.6 takes, with each package of the bundle and no other', () => {
    const bom: unknown = JSON.parse(text('sbom.cdx.json'));
    assert.deepEqual(sbomProblems(bom), []);
    const { components, dependencies, metadata } = sbom.parse(bom);
    assert.deepEqual(components.map((one) => one['bom-ref']).toSorted(), heldPackages());
    const named = components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
    assert.ok(named.includes('nodemailer') && !named.includes('esbuild') && !named.includes('azurite'));
    const { packages: locked } = z
      .object({
        packages: z.record(z.string(), z.object({ version: z.string().optional(), integrity: z.string().optional() })),
      })
      .parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
    for (const [place, { 'bom-ref': folder, version, purl, hashes }] of components.entries()) {
      assert.equal(named[place], nameOf(folder));
      assert.equal(version, locked[folder]?.version, folder);
      assert.equal(purl, `pkg:npm/${nameOf(folder).replace('@', '%40')}@${version}`);
      const [hash] = hashes ?? assert.fail(`${folder} has no hash`);
      assert.equal(`sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}`, locked[folder]?.integrity);
    }
    const direct = dependencies.find(({ ref }) => ref === metadata.component['bom-ref'])?.dependsOn ?? [];
    assert.ok(direct.includes('node_modules/zod') && !direct.includes('node_modules/iconv-lite'), direct.join(' '));
  });

  test('finds in the schema what is wrong with a bill of materials', () => {
    const bom = z.looseObject({}).parse(JSON.parse(text('sbom.cdx.json')));
    assert.notDeepEqual(sbomProblems({ ...bom, components: [{ type: 'library' }] }), []);
    assert.notDeepEqual(sbomProblems({ ...bom, serialNumber: 'urn:uuid:1' }), []);
  });

  test('has the licence of each package of the bundle', () => {
    const headings = [...text('THIRD-PARTY-LICENSES.txt').matchAll(/^={80}\n(\S+) \S+\nLicence: (.+)$/gm)];
    assert.deepEqual(headings.map(([, name]) => name).toSorted(), heldPackages().map(nameOf).toSorted());
  });
});

function run(argv: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...argv], { cwd: root, env });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  const ended = once(child, 'close').then(() => running.delete(child));
  return { child, output: () => output, ended };
}

const report = z.object({ state: z.string(), checks: z.array(z.object({ name: z.string(), state: z.string() })) });

test('runs unpacked into an empty folder, with the settings that npm run cloud writes for func start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantpost-deployed-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(unzipSync(app.zip))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const file = join(folder, 'local.settings.json');
  const cloud = run(['local/cloud.ts', '--port', '0', '--local-settings', file], process.env);
  await waitFor('the settings', () => cloud.output().includes(`wrote ${file}`) || undefined, 60_000);
  assert.equal(statSync(file).mode & 0o777, 0o600);

  const port = await freePort();
  // As little as a terminal has: everything else is in the file.
  const { PATH, HOME } = process.env;
  const host = run(['local/host/main.ts', '--root', folder, '--port', `${port}`], { PATH, HOME });
  const url = `http://localhost:${port}/${routePrefix}/${routes.health}`;
  const response = await waitFor(
    'the app to answer',
    () =>
      fetch(url).catch(() => assert.equal(host.child.exitCode, null, host.output())) as Promise<Response | undefined>,
    60_000,
  );
  assert.equal(response.status, 200, host.output());
  const { state, checks } = report.parse(await response.json());
  assert.equal(state, 'ok', JSON.stringify(checks));
  assert.deepEqual(
    checks.map(({ name }) => name),
    ['configuration', 'storage', 'vault', 'credential'],
  );
  host.child.kill('SIGTERM');
  await host.ended;
  assert.deepEqual(readdirSync(folder).sort(), [
    'LICENSE',
    'THIRD-PARTY-LICENSES.txt',
    'dist',
    'host.json',
    'local.settings.json',
    'package.json',
    'sbom.cdx.json',
  ]);
});
