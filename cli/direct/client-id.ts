/** The app, as app registrations name it. */

import { UsageError } from '../failure.ts';

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws UsageError */
export function clientIdOf(given: string): string {
  if (guid.test(given)) return given.toLowerCase();
  throw new UsageError('--client-id: the Application (client) ID of the app registration, a GUID.');
}
