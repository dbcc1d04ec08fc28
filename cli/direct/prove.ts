/** Whether a consent is real: a token of the tenant tells, and nothing that came through a browser does. */

import { TenantpostError } from '../../shared/errors.ts';
import { resourceOf, type Right } from '../../shared/tenants/rights.ts';
import type { Token } from '../../shared/tokens/token.ts';
import { pause } from '../pause.ts';
import type { App } from './app.ts';
import { spoken } from './failure.ts';

export interface Proven {
  readonly tenant: string;
  readonly objectId: string;
  readonly roles: readonly string[];
  /** Asked for, and in no token yet. */
  readonly missing: readonly Right[];
}

/** A consent takes a while to arrive: seen are seconds to some minutes. */
const betweenTries = 5_000;

/**
 * @param until epoch milliseconds: so long it is asked again, while the consent may be on its way.
 * @returns with what is missing, when the time is over.
 * @throws CommandError when there is no token at all.
 */
export async function prove(
  app: App,
  tenantId: string,
  rights: readonly Right[],
  { until, signal, onWait }: { until: number; signal: AbortSignal; onWait: (why: string) => void },
): Promise<Proven> {
  for (;;) {
    const found = await look(app, tenantId, rights, signal);
    const isOver = Date.now() + betweenTries > until;
    if (found instanceof TenantpostError) {
      if (isOver || !mayArrive(found)) throw spoken(found);
      onWait('The tenant does not know the app yet');
    } else {
      if (isOver || found.missing.length === 0) return found;
      onWait(`The tokens do not carry ${found.missing.join(' and ')} yet`);
    }
    await pause(betweenTries, signal);
  }
}

const mayArrive = ({ code }: TenantpostError): boolean =>
  code === 'APP_NOT_IN_TENANT' || code === 'RESOURCE_NOT_IN_TENANT';

async function look(
  app: App,
  tenantId: string,
  rights: readonly Right[],
  signal: AbortSignal,
): Promise<Proven | TenantpostError> {
  try {
    const tokens: Token[] = [];
    for (const resource of new Set(rights.map(resourceOf))) tokens.push(await app.token(tenantId, resource, signal));
    const missing = rights.filter(
      (right) => !tokens.some(({ resource, roles }) => resource === resourceOf(right) && roles.includes(right)),
    );
    return {
      tenant: tenantId,
      objectId: tokens[0]?.objectId ?? '',
      roles: [...new Set(tokens.flatMap(({ roles }) => roles))],
      missing,
    };
  } catch (error) {
    if (error instanceof TenantpostError) return error;
    throw error;
  }
}
