#!/usr/bin/env node
// The entry in "bin": `npm link` puts it on the PATH as `tenantpost`. Plain JavaScript, so that any Node begins with it.

// Names of files are meant where the user is, and the bootstrap changes to the folder of the package.
process.env.INIT_CWD = process.cwd();
process.argv.splice(2, 0, 'cli/tenantpost.ts');
await import('../local/bootstrap.mjs');
