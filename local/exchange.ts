/** Runs Exchange Online PowerShell on a running local cloud: `npm run exchange -- --tenant contoso.example -File set-up.ps1`. */

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { help, readArguments } from './arguments.ts';

const usage = `npm run exchange -- [--tenant ID|DOMAIN] [--control URL] [-File SCRIPT]

Runs the cmdlets of a script, or of standard input, in the local cloud's Exchange Online. --tenant signs in beforehand;
a script that begins with Connect-ExchangeOnline -Organization needs no sign-in. --control is the control API of a
running cloud, by default LOCAL_CLOUD_CONTROL_URL.`;

const result = z.object({
  lines: z.array(z.string()),
  error: z.object({ message: z.string(), line: z.number(), column: z.number() }).optional(),
});
const problem = z.object({ detail: z.string() });

const values = readArguments(usage, () =>
  parseArgs({
    // As powershell.exe spells it.
    args: process.argv.slice(2).map((argument) => (/^-file$/i.test(argument) ? '--file' : argument)),
    options: { tenant: { type: 'string' }, control: { type: 'string' }, file: { type: 'string' }, help },
  }),
);
const control = values.control ?? process.env['LOCAL_CLOUD_CONTROL_URL'];
if (control === undefined || !URL.canParse(control)) {
  fail('Where is the cloud? Set LOCAL_CLOUD_CONTROL_URL as the running cloud prints it, or give --control URL.');
}

const script = values.file === undefined ? await text(process.stdin) : readScript(values.file);
const ran = result.parse(await run(control, script, values.tenant));
for (const line of ran.lines) console.log(line);
if (ran.error) {
  const { message, line, column } = ran.error;
  fail(`${values.file ?? 'standard input'}:${line}:${column}: ${message}`);
}

function readScript(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`The script cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function run(url: string, commands: string, tenantId: string | undefined): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${url.replace(/\/$/, '')}/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ script: commands, ...(tenantId !== undefined && { tenantId }) }),
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
