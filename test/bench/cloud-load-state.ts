/** The demo's world with consent given, a secret to ask with, and none of the limits that would stop a measurement. */

import { demoState } from '../../local/cloud/seed.ts';
import type { CloudState } from '../../local/cloud/state.ts';

export async function loadState(): Promise<CloudState> {
  const state = await demoState('http://localhost/api/consent/callback');
  return state;
}
