/** Every command, in the order in which one comes to need it. */

import type { Command } from '../command.ts';
import { backup } from './backup.ts';
import { completion } from './completion.ts';
import { consent } from './consent.ts';
import { consoleCommand } from './console.ts';
import { credential } from './credential.ts';
import { doctor } from './doctor.ts';
import { exchange } from './exchange.ts';
import { hold, release } from './hold.ts';
import { invitations } from './invitations.ts';
import { invite } from './invite.ts';
import { poison } from './poison.ts';
import { remove } from './remove.ts';
import { replay } from './replay.ts';
import { restore } from './restore.ts';
import { rotate } from './rotate.ts';
import { send } from './send.ts';
import { status } from './status.ts';
import { tenants } from './tenants.ts';
import { token } from './token.ts';
import { verify } from './verify.ts';

export const commands: readonly Command[] = [
  invite,
  invitations,
  tenants,
  verify,
  consent,
  token,
  exchange,
  doctor,
  send,
  status,
  poison,
  replay,
  hold,
  release,
  credential,
  rotate,
  backup,
  restore,
  remove,
  consoleCommand,
  completion,
];
