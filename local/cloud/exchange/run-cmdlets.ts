/**
 * Exchange Online PowerShell for the local cloud: the set-up that an administrator is told to run, run to the letter.
 * Only what is listed here is known; a script with anything else in it changes nothing.
 */

import type { CloudContext } from '../cloud.ts';
import { connectionCmdlets } from './cmdlets/connection.ts';
import { directoryCmdlets } from './cmdlets/directory.ts';
import { distributionGroupCmdlets } from './cmdlets/distribution-groups.ts';
import { fileCmdlets } from './cmdlets/files.ts';
import { mailboxPermissionCmdlets } from './cmdlets/mailbox-permissions.ts';
import { mailboxCmdlets } from './cmdlets/mailboxes.ts';
import { managementScopeCmdlets } from './cmdlets/management-scopes.ts';
import { organizationCmdlets } from './cmdlets/organization.ts';
import { outputCmdlets } from './cmdlets/output.ts';
import { recipientPermissionCmdlets } from './cmdlets/recipient-permissions.ts';
import { roleAssignmentCmdlets } from './cmdlets/role-assignments.ts';
import { servicePrincipalCmdlets } from './cmdlets/service-principals.ts';
import { authorizationCmdlets } from './cmdlets/test-authorization.ts';
import { parseScript } from './powershell/parse.ts';
import { ScriptRun } from './powershell/run.ts';
import { CmdletError, type Position, ScriptError } from './powershell/script-error.ts';
import type { Property } from './powershell/value.ts';
import { ExchangeSession } from './session.ts';

export interface CmdletResult {
  /** The organization that the session is connected to at the end: a tenant's id. */
  tenantId?: string;
  /** Every object that came out of a pipeline, by its properties. */
  output: Record<string, Property>[];
  /** What PowerShell shows: tables and lists, Write-Host, warnings. */
  lines: string[];
  /** Where the script stopped, and why; what it had done before stays done. Absent when it ran to its end. */
  error?: { message: string } & Position;
}

interface RunOptions {
  /** Connects the session beforehand, as an administrator who has signed in; an id or a domain. */
  tenantId?: string;
  /** What the script's own parameters are given. */
  parameters?: Readonly<Record<string, string>>;
  /** What it may read, by path; it sees no other file. */
  files?: Readonly<Record<string, string>>;
}

const cmdlets = [
  ...connectionCmdlets,
  ...servicePrincipalCmdlets,
  ...mailboxPermissionCmdlets,
  ...recipientPermissionCmdlets,
  ...organizationCmdlets,
  ...mailboxCmdlets,
  ...managementScopeCmdlets,
  ...roleAssignmentCmdlets,
  ...authorizationCmdlets,
  ...distributionGroupCmdlets,
  ...directoryCmdlets,
  ...outputCmdlets,
  ...fileCmdlets,
];

export function runCmdlets(
  { state }: Pick<CloudContext, 'state'>,
  script: string,
  { tenantId, parameters = {}, files = {} }: RunOptions = {},
): CmdletResult {
  const session = new ExchangeSession(state, files);
  const error = errorOf(() => {
    if (tenantId !== undefined) session.connect(tenantId);
    new ScriptRun(session).start(parseScript(script, cmdlets), parameters);
  });
  return {
    ...(session.isConnected && { tenantId: session.tenant.id }),
    output: session.output.map(({ properties }) => properties),
    lines: session.lines,
    ...(error && { error }),
  };
}

function errorOf(run: () => void): CmdletResult['error'] {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ScriptError) return { message: error.message, ...error.at };
    if (error instanceof CmdletError) return { message: error.message, line: 1, column: 1 };
    // The stack is the only limit of how deep parentheses, blocks and properties may be nested.
    if (error instanceof RangeError) return { message: 'The script is nested too deeply.', line: 1, column: 1 };
    throw error;
  }
}
