/** The arguments of our commands: `--help` tells how they are used, and what they do not know is refused in one line. */

/**
 * @param usage what `--help` prints; its first line is the form of the command.
 * @param parse calls `parseArgs` of node:util with a `help` among its options.
 */
export function readArguments<T extends { help?: boolean | undefined }>(usage: string, parse: () => { values: T }): T {
  let values: T;
  try {
    ({ values } = parse());
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(`usage: ${usage.split('\n')[0]}`);
    process.exit(2);
  }
  if (values.help !== true) return values;
  console.log(usage);
  process.exit(0);
}

export const help = { type: 'boolean', short: 'h' } as const;
