/**
 * The direction of imports:
 *
 *     functions -> shared/host -> shared/<topic> <- shared/adapters
 *
 * `shared/services.ts`, with `shared/mail-services.ts`, alone imports both sides; `cli` knows the app by its HTTP API only, but for `cli/direct`,
 * which asks Microsoft without any app and uses its modules for that. Whoever breaks a rule here is told the file, the import and the rule.
 */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';

const root = fileURLToPath(new URL('../..', import.meta.url));
const topics = ['tenants', 'tokens', 'mail', 'checks'] as const;
type Topic = (typeof topics)[number];

/** What a topic may import of the others. */
const between: Record<Topic, readonly Topic[]> = {
  tenants: ['tokens'],
  mail: ['tenants', 'tokens'],
  checks: ['tokens', 'tenants', 'mail'],
  tokens: [],
};

/** Node's modules that reach out of the process. */
const outside =
  /^node:(fs|http|https|http2|net|tls|dns|dgram|child_process|cluster|worker_threads|process|os|timers|sqlite|inspector)\b/;

interface Import {
  /** The importing file, from the top of the repository. */
  readonly file: string;
  /** A file from the top of the repository, or a package as it is written. */
  readonly of: string;
  /** Whether nothing of it is left when it runs. */
  readonly isType: boolean;
}

const statement = /(?:^|;)\s*(?:import|export)\s(?<clause>[^'"`;]*?)from\s*['"](?<name>[^'"]+)['"]/gm;
const bare = /(?:^|;)\s*import\s*['"](?<name>[^'"]+)['"]/gm;
const call = /\b(?:import|require|getBuiltinModule)\(\s*['"`](?<name>[^'"`]+)['"`]/g;

function importsOf(file: string): readonly Import[] {
  const text = textOf(file);
  const found = [statement, bare, call].flatMap((form) => [...text.matchAll(form)].map(({ groups = {} }) => groups));
  return found.map(({ name = '', clause = '' }) => ({
    file,
    of: name.startsWith('.') ? normalize(join(dirname(file), name)) : name,
    isType: clause.startsWith('type '),
  }));
}

const files = globSync(['functions/**/*.ts', 'shared/**/*.ts', 'cli/**/*.ts'], { cwd: root }).sort();
const imports = files.flatMap(importsOf);

const isIn = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
const [inFunctions, inHost, inAdapters] = [isIn('functions'), isIn('shared/host'), isIn('shared/adapters')];
const isServices = (path: string): boolean => /^shared\/(?:\w+-)?services\.ts$/.test(path);
/** Directly in shared/: errors, clock, names and their like, which everybody may use. */
const isTopLevel = (path: string): boolean => /^shared\/[^/]+\.ts$/.test(path) && !isServices(path);
const topicOf = (path: string): Topic | undefined => topics.find((topic) => path.startsWith(`shared/${topic}/`));
const isInside = (path: string): boolean => topicOf(path) !== undefined || isTopLevel(path);
const isOurs = (path: string): boolean => /^(functions|shared|cli)\//.test(path);
const inCli = isIn('cli');
/** Asks Microsoft itself. */
const inDirect = isIn('cli/direct');

/** Fails with every import of the files that breaks the rule, by file and import. */
function hold(rule: string, concerned: (file: string) => boolean, allowed: (one: Import) => boolean): void {
  test(rule, () => {
    const ours = imports.filter(({ file }) => concerned(file));
    assert.ok(ours.length > 0, 'nothing is concerned: the rule has lost its files');
    const broken = ours.filter((one) => !allowed(one)).map(({ file, of }) => `${file} imports ${of}`);
    assert.deepEqual(broken, [], `${rule}\n  ${broken.join('\n  ')}\n`);
  });
}

test('every import is seen: what is imported of ours exists', () => {
  assert.ok(files.length > 40 && imports.length > 150, `${files.length} files, ${imports.length} imports`);
  const missing = imports.filter(({ of }) => isOurs(of) && !files.includes(of));
  assert.deepEqual(missing, []);
  for (const file of files) {
    const lines = [...textOf(file).matchAll(/^import\b/gm)].length;
    assert.ok(importsOf(file).length >= lines, `${file}: an import is written in a way that this test does not read`);
  }
});

describe('functions', () => {
  hold(
    'import the host folder, services, topics and what stands directly in shared, and never an adapter',
    inFunctions,
    ({ file, of }) =>
      !isOurs(of) ||
      inHost(of) ||
      isServices(of) ||
      isInside(of) ||
      of === 'functions/operations.ts' ||
      (file === 'functions/index.ts' && inFunctions(of)),
  );
  hold('import no package but @azure/functions', inFunctions, ({ of }) => isOurs(of) || of === '@azure/functions');
  hold(
    'import services as a type, except for the manifest',
    (file) => inFunctions(file) && file !== 'functions/index.ts',
    ({ of, isType }) => !isServices(of) || isType,
  );
});

describe('topics, and the files directly in shared,', () => {
  hold('import no adapter, no host and no services', isInside, ({ of }) => !isOurs(of) || isInside(of));
  hold(
    'import no package but jose and zod: nothing of Azure or Microsoft, and no mail library',
    isInside,
    ({ of }) => isOurs(of) || /^(node:\w+|jose|zod)$/.test(of),
  );
  hold('import nothing of Node that reaches out of the process', isInside, ({ of }) => !outside.test(of));
  hold(
    'know of each other only: tenants -> tokens, mail -> tenants, mail -> tokens, checks -> all of them',
    (file) => topicOf(file) !== undefined,
    ({ file, of }) => {
      const [from, to] = [topicOf(file), topicOf(of)];
      return from === undefined || to === undefined || from === to || between[from].includes(to);
    },
  );
  hold('are not known to the files directly in shared', isTopLevel, ({ of }) => topicOf(of) === undefined);

  test('take no clock, no environment, no network and no timer but what they are handed', () => {
    const taken = files.filter(isInside).flatMap((file) => {
      const found = codeOf(file).match(
        /\bDate\.now\(|new Date\(\)|\bprocess\.|\bfetch\(|\bset(Timeout|Interval)\(|\bconsole\.\w+\(/g,
      );
      return (found ?? []).map((what) => `${file} has ${what}`);
    });
    assert.deepEqual(taken, []);
  });
});

describe('adapters', () => {
  hold(
    'import topics, the files directly in shared and each other, and no host and no services',
    inAdapters,
    ({ of }) => !isOurs(of) || isInside(of) || inAdapters(of),
  );
});

describe('the folders', () => {
  const rules: readonly [folder: string, mayImport: readonly string[]][] = [
    ['shared/mail/job', []],
    ['shared/mail/gate', []],
    ['shared/mail/sending', ['job', 'gate']],
    ['shared/mail/operating', ['job', 'gate', 'sending']],
    ['shared/mail/api', ['job', 'operating']],
    ['shared/adapters/mime', []],
    ['shared/adapters/graph', ['mime']],
    ['shared/adapters/smtp', ['mime']],
    ['shared/adapters/storage', []],
    ['shared/adapters/vault', ['storage']],
    ['shared/adapters/entra', ['vault']],
    ['shared/adapters/probes', []],
    ['shared/adapters/telemetry', []],
    ['shared/tenants/api', []],
    ['shared/tenants/exchange', []],
  ];
  for (const [folder, mayImport] of rules) {
    const around = dirname(folder);
    hold(
      `${folder} imports ${mayImport.join(', ') || 'none'} of the folders beside it`,
      isIn(folder),
      ({ of }) =>
        !isIn(around)(of) || [around, folder, ...mayImport.map((name) => `${around}/${name}`)].includes(dirname(of)),
    );
  }

  test('beside each other have a rule each', () => {
    const ruled = rules.map(([folder]) => folder);
    const there = files.map(dirname).filter((folder) => /^shared\/(mail|adapters|tenants)\/./.test(folder));
    assert.deepEqual([...new Set(there)].sort(), [...ruled].sort());
  });
});

describe('the host folder', () => {
  hold(
    'imports types of topics, the files directly in shared and itself, and no adapter and no services',
    inHost,
    ({ of, isType }) => !isOurs(of) || isTopLevel(of) || inHost(of) || (topicOf(of) !== undefined && isType),
  );
});

describe('the command', () => {
  hold(
    'imports itself, the names, zod, yargs and open: what it knows of the app comes over HTTP',
    (file) => inCli(file) && !inDirect(file),
    ({ of }) => inCli(of) || of === 'shared/names.ts' || /^(node:[\w/]+|zod|yargs|open)$/.test(of),
  );
  hold(
    'imports topics and adapters in cli/direct, and neither services nor the host folder, nor what reads the settings',
    inDirect,
    ({ of }) =>
      inCli(of) ||
      (isInside(of) && of !== 'shared/config.ts') ||
      inAdapters(of) ||
      /^(node:[\w/]+|zod|yargs|jose|node-forge)$/.test(of),
  );
  hold(
    'imports no part of the command line into cli/direct that would know the app',
    inDirect,
    ({ of }) => of !== 'cli/api.ts' && !of.startsWith('cli/commands/'),
  );
  hold(
    'is imported by nothing else',
    (file) => !inCli(file),
    ({ of }) => !inCli(of),
  );
});

describe('everything that is deployed', () => {
  hold(
    'imports nothing of local/ or test/',
    () => true,
    ({ of }) => !/^(\.\.|local|test)\//.test(of),
  );
  hold(
    'leaves @azure/functions to the host folder and the functions',
    (file) => !inHost(file) && !inFunctions(file),
    ({ of }) => !/^@azure\/functions\b/.test(of),
  );
  hold(
    'leaves it to services.ts to know both topics and adapters',
    (file) => !isServices(file) && !inAdapters(file) && !inDirect(file),
    ({ of }) => !inAdapters(of),
  );
});

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Without comments, which may speak of what the code may not do. */
function codeOf(file: string): string {
  return textOf(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '');
}
