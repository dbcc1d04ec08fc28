/** What lies in poison, of one tenant or of all, page by page. */

import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import type { MailStore, Page } from '../mail-store.ts';
import type { PoisonEntry } from '../poison.ts';

/** Tenants that have mail at all, in the order of their ids. */
export interface MailTenants {
  /** @returns the first one after that, or nothing. */
  after(tenantId: string): Promise<string | undefined>;
}

interface Dependencies {
  readonly store: Pick<MailStore, 'listPoison'>;
  readonly tenants: MailTenants;
}

/** Most tenants have nothing in poison; a page ends after so many all the same, and the next one goes on. */
const mostTenants = 25;

/** Where a page over all tenants ended: in which one, and where in it. */
const place = z.strictObject({ tenant: z.string().max(100), within: z.string().max(4096).optional() });
type Place = z.infer<typeof place>;

export class ListPoison {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  ofTenant(tenantId: string, pageSize: number, continuation?: string): Promise<Page<PoisonEntry>> {
    return this.#with.store.listPoison(tenantId, { pageSize, continuation });
  }

  /**
   * A page may be short, or empty, and still have a continuation: the work of one page is bounded, not its length.
   *
   * @throws TenantpostError `REQUEST_INVALID` for a continuation that is not one of ours.
   */
  async ofAll(pageSize: number, continuation?: string): Promise<Page<PoisonEntry>> {
    const items: PoisonEntry[] = [];
    let unreadable = 0;
    let at: Place | undefined = continuation === undefined ? await this.#next('') : readPlace(continuation);
    for (let seen = 0; at !== undefined && seen < mostTenants && items.length < pageSize; seen += 1) {
      const page: Page<PoisonEntry> = await this.ofTenant(at.tenant, pageSize - items.length, at.within);
      items.push(...page.items);
      unreadable += page.unreadable ?? 0;
      at =
        page.continuation === undefined
          ? await this.#next(at.tenant)
          : { tenant: at.tenant, within: page.continuation };
    }
    const found = unreadable === 0 ? { items } : { items, unreadable };
    return at === undefined ? found : { ...found, continuation: writePlace(at) };
  }

  async #next(after: string): Promise<Place | undefined> {
    const tenant = await this.#with.tenants.after(after);
    return tenant === undefined ? undefined : { tenant };
  }
}

function writePlace(at: Place): string {
  return Buffer.from(JSON.stringify(at)).toString('base64url');
}

function readPlace(continuation: string): Place {
  try {
    return place.parse(JSON.parse(Buffer.from(continuation, 'base64url').toString()));
  } catch (cause) {
    throw new TenantpostError('REQUEST_INVALID', 'The continuation is none that this app gave.', {
      cause,
      detail: { field: '/continuation', expected: 'the continuation of the page before, as it was' },
    });
  }
}
