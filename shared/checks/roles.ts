/** Whether the fresh tokens carry the permissions that the tenant was asked for. */

import type { Token } from '../tokens/token.ts';
import { failed, ok, warned } from './conclude.ts';
import type { Found } from './finding.ts';
import { protocolOf } from './protocol.ts';

export interface RolesAsked {
  /** What the tenant was asked for. */
  readonly rights: readonly string[];
  /** Mailboxes are granted by RBAC for Applications: the token need not carry Mail.Send. */
  readonly scoped: boolean;
  readonly graph: Token;
  /** Absent where no token for Exchange was to be had. */
  readonly outlook: Token | undefined;
}

/** As roles of Exchange they have a scope: https://learn.microsoft.com/exchange/permissions-exo/application-rbac#supported-application-roles */
const grantedInExchange: readonly string[] = ['Mail.Send', 'Mail.ReadWrite', 'SMTP.SendAsApp'];

const tried = 'Read the roles of tokens that were issued this moment, past every cache.';

/** The application permissions that are asked for and in no token. */
function missingRoles({ rights, graph, outlook }: RolesAsked): readonly string[] {
  return rights.filter((right) => {
    const token = protocolOf(right) === undefined ? graph : outlook;
    return token !== undefined && !token.roles.includes(right);
  });
}

/**
 * @param mailboxOpens whether Graph takes mail from the mailbox that was named although the token lacks Mail.Send; undefined
 *   where none was named or Graph could not be asked.
 */
export function rolesFinding(asked: RolesAsked, mailboxOpens: boolean | undefined): Found {
  const { scoped, graph, outlook } = asked;
  const carried = [...graph.roles, ...(outlook?.roles ?? [])];
  const answered = carried.length === 0 ? 'no roles' : carried.join(', ');
  // Where mailboxes are granted in Exchange, only Exchange can tell.
  const byExchange = scoped ? grantedInExchange : mailboxOpens === true ? ['Mail.Send'] : [];
  const missing = missingRoles(asked).filter((right) => !byExchange.includes(right));
  if (missing.length > 0) return failed('roles', tried, 'ROLE_MISSING', { answered, ...howMissing(missing, carried) });
  if (scoped && graph.roles.includes('Mail.Send')) {
    return warned('roles', tried, 'SCOPE_WITHOUT_EFFECT', {
      answered,
    });
  }
  return ok('roles', tried, byExchange.length > 0 ? `${answered}; mailboxes are granted in Exchange` : answered);
}

function howMissing(missing: readonly string[], carried: readonly string[]) {
  const names = missing.join(' and ');
  const delegated =
    carried.length === 0
      ? ' A token without any roles is what an app has whose permissions were granted as Delegated in place of Application: Entra does not tell this from none at all.'
      : '';
  const scoped = missing.includes('Mail.Send')
    ? ' A tenant that limits the app to certain mailboxes in Exchange has no Mail.Send on purpose: name one of them, and verify the tenant as scoped.'
    : '';
  return {
    meaning: `The token lacks ${names}.${delegated}${scoped}`,
    remedy: `Entra admin center, Enterprise applications, this app, Permissions: ${names} must stand there with type Application. Grant admin consent again; after a fresh consent wait.`,
  };
}
