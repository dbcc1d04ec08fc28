/** Brings a running cloud back to what it was seeded with. */

import type { CloudContext } from './cloud.ts';
import { contentsOf, forgetContent } from './mail/content.ts';
import type { CloudState } from './state.ts';

/** The keys by which Entra signs stay, as clients of the running cloud have its key sets by now. */
export function resetTo(seed: CloudState, cloud: CloudContext): void {
  const { state, faults, journal } = cloud;
  const signingKeys = new Map(state.tenants.map(({ id, signingKey }) => [id, signingKey]));
  const formerContents = state.messages.flatMap(contentsOf);
  for (const name of Object.keys(state)) if (!(name in seed)) Reflect.deleteProperty(state, name);
  Object.assign(state, seed);
  for (const tenant of state.tenants) {
    const known = signingKeys.get(tenant.id);
    if (known !== undefined) tenant.signingKey = known;
  }
  forgetContent(cloud, formerContents);
  faults.clear();
  journal.clear();
}
