/** Acts on a mail job's row as it stands, and once more when another writer was there first. */

import { TenantpostError } from '../../errors.ts';
import type { MailStore } from '../mail-store.ts';
import type { StoredOutcome } from '../outcome.ts';

/** Writers meet at a row now and then; more often than this in a row they do not. */
const mostRaces = 20;

/**
 * @param known the row where it has been read, or is supposed not to be there: that saves a request.
 * @param act returns nothing when another writer was first: the row is read then, and it is asked again.
 */
export async function changeRow<T extends object>(
  store: Pick<MailStore, 'read'>,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
  known: { readonly stored: StoredOutcome | undefined } | undefined,
  act: (stored: StoredOutcome | undefined) => Promise<T | undefined>,
): Promise<T> {
  let stored = known === undefined ? await store.read(tenantId, id) : known.stored;
  for (let races = 0; races < mostRaces; races += 1) {
    const done = await act(stored);
    if (done !== undefined) return done;
    stored = await store.read(tenantId, id);
  }
  throw new TenantpostError('STORAGE_UNAVAILABLE', 'The row of a mail job is being written by too many at once.');
}
