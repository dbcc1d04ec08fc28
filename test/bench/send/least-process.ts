/** The least program in a process of its own, so that its share of a core can be told. */

import { LeastProgram } from './least-program.ts';
import { type FromLeast, toLeast } from './send-messages.ts';

const say = (message: FromLeast): unknown => process.send?.(message);

let program: LeastProgram | undefined;

process.on('message', (message) => {
  const told = toLeast.parse(message);
  if ('setUp' in told) {
    program = new LeastProgram(told.setUp);
    say({ ready: true });
  } else if ('run' in told) {
    if (program === undefined) throw new Error('Not set up yet.');
    void program.run(told.run, told.messages).then(() => say({ done: told.messages }));
  } else {
    const { user, system } = process.cpuUsage();
    say({ cpuSeconds: (user + system) / 1e6 });
  }
});
process.once('disconnect', () => process.exit(0));
