/** Runs Exchange Online PowerShell on a running local cloud: `npm run exchange -- --tenant contoso.example -File set-up.ps1`. */

import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { help, readArguments } from './arguments.ts';

const usage = `npm run exchange -- [--tenant ID|DOMAIN] [--control URL] [-File SCRIPT [-NAME VALUE ...]]

Runs the cmdlets of a script, or of standard input, in the local cloud's Exchange Online. What follows SCRIPT goes to the
script's own parameters; where a value is the path of a file, the script may read that file with Import-Csv. --tenant signs in beforehand;
a script that begins with Connect-ExchangeOnline -Organization needs no sign-in. --control is the control API of a
running cloud, by default LOCAL_CLOUD_CONTROL_URL.`;

const result = z.object({
  lines: z.array(z.string()),
  error: z.object({ message: z.string(), line: z.number(), column: z.number() }).optional(),
});
const problem = z.object({ detail: z.string() });

const [own, parameters] = split(process.argv.slice(2));
const values = readArguments(usage, () =>
  parseArgs({
    args: own,
    options: { tenant: { type: 'string' }, control: { type: 'string' }, file: { type: 'string' }, help },
  }),
);
const control = values.control ?? process.env['LOCAL_CLOUD_CONTROL_URL'];
if (control === undefined || !URL.canParse(control)) {
  fail('Where is the cloud? Set LOCAL_CLOUD_CONTROL_URL as the running cloud prints it, or give --control URL.');
}

const script = values.file === undefined ? await text(process.stdin) : readScript(values.file);
const files = Object.fromEntries(
  Object.values(parameters)
    .filter((value) => existsSync(value))
    .map((path) => [path, readScript(path)]),
);
const ran = result.parse(await run(control, { script, parameters, files, tenantId: values.tenant }));
for (const line of ran.lines) console.log(line);
if (ran.error) {
  const { message, line, column } = ran.error;
  fail(`${values.file ?? 'standard input'}:${line}:${column}: ${message}`);
}

/** As powershell.exe spells it: one dash for `-File` and for what goes to the script, whose value must follow. */
function split(argv: readonly string[]): [own: string[], parameters: Record<string, string>] {
  const ofCommand: string[] = [];
  const ofScript: Record<string, string> = {};
  for (let at = 0; at < argv.length; at += 1) {
    const [argument = '', value] = argv.slice(at);
    if (/^-file$/i.test(argument)) ofCommand.push('--file');
    else if (!/^-[a-z]\w+$/i.test(argument) || value === undefined) ofCommand.push(argument);
    else {
      ofScript[argument.slice(1)] = value;
      at += 1;
    }
  }
  return [ofCommand, ofScript];
}

function readScript(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`The script cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function run(url: string, commands: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${url.replace(/\/$/, '')}/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(commands),
    });
  } catch {
    return fail(`There is no local cloud at ${url}. Is it still running?`);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  return fail(problem.safeParse(body).data?.detail ?? `The local cloud answered ${response.status}.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
