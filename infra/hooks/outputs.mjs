// Writes the outputs of a deployment as NAME=value lines, for a shell to read and for $GITHUB_ENV:
//
//   az deployment group show ... --query properties.outputs --output json | node infra/hooks/outputs.mjs
//
// Azure does not keep the case of their names (azurE_TENANT_ID): https://github.com/Azure/azure-dev/issues/512. azd mends that by
// itself; this is for those without it.

import { readFileSync } from 'node:fs';

const outputs = Object.entries(JSON.parse(readFileSync(0, 'utf8').trim() || 'null') ?? {});
const lines = outputs.map(([name, { value }]) => `${name.toUpperCase()}=${value}`);
// Names, addresses, ids, true and false. A shell reads these lines: anything else stops here.
const strange = lines.filter((line) => !/^[A-Z_][A-Z0-9_]*=[\w.:/@-]*$/.test(line));
if (lines.length === 0 || strange.length > 0) {
  console.error(lines.length === 0 ? 'There are no outputs.' : `Not to be handed to a shell: ${strange.join(', ')}`);
  process.exit(1);
}
console.log(lines.join('\n'));
