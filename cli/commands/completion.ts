/** `tenantpost completion`: what makes a shell complete commands and options at the press of the tab key. */

import yargs from 'yargs';
import { command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export const completion = command({
  form: 'completion [shell]',
  summary: 'Prints the script that completes commands in bash, zsh or fish',
  about: 'The command must be known as tenantpost: npm link, from the clone, makes it so.',
  examples: [
    ['completion bash >> ~/.bashrc', 'For bash'],
    ['completion zsh >> ~/.zshrc', 'For zsh, after compinit'],
    ['completion', 'For the shell of the variable SHELL'],
  ],
  options: (own) => own.positional('shell', { choices: shells, describe: 'The one of SHELL if left out' }),
  run({ shell }, terminal) {
    // By this variable the parser chooses the script.
    if (shell !== undefined) process.env['SHELL'] = `/bin/${shell}`;
    const printed: string[] = [];
    const { log } = console;
    console.log = (text: string) => void printed.push(text);
    try {
      yargs([]).scriptName('tenantpost').showCompletionScript();
    } finally {
      console.log = log;
    }
    const script = printed.join('\n');
    terminal.result({ script }, script.trimEnd());
    return Promise.resolve(exitCodes.done);
  },
});
