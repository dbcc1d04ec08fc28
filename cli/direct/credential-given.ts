/** Whether anything that proves the app was given, so that nobody has to be asked for it. */

import { variable } from '../variables.ts';
import type { CredentialArguments } from './options.ts';

export const hasCredential = ({ secretFile, certificate }: CredentialArguments): boolean =>
  secretFile !== undefined || certificate !== undefined || variable('TPCLI_CLIENT_SECRET') !== undefined;
