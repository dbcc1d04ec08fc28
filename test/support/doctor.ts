/** A doctor in a world where nothing is wrong; a test makes wrong what it is about. */

import { Doctor, type DoctorOptions } from '../../shared/checks/doctor.ts';
import type { CheckHistory, FailingCheck, MailServer, RecordedTenant, SignIn } from '../../shared/checks/ports.ts';
import type { Protocol } from '../../shared/checks/protocol.ts';
import { hours } from '../../shared/clock.ts';
import { clientId, contoso, outlookResource } from './app-identity.ts';
import { noon } from './clock.ts';
import { aCredential, aProof, MemoryCredentialRecord } from './credential.ts';
import { recordingLog } from './recording-log.ts';
import { aToken } from './unsigned-token.ts';

export const everyRight = [
  'Mail.Send',
  'Mail.ReadWrite',
  'SMTP.SendAsApp',
  'IMAP.AccessAsApp',
  'POP.AccessAsApp',
] as const;

export function aRecordedTenant(overrides: Partial<RecordedTenant> = {}): RecordedTenant {
  return { id: contoso, state: 'active', since: noon - 24 * hours, rights: everyRight, ...overrides };
}

/** What it answers may be another for each mailbox. */
export function aMailServer(
  protocol: Protocol,
  signIn: SignIn | ((mailbox: string) => SignIn) = { kind: 'in', answered: 'OK' },
): MailServer {
  return {
    setting: `TENANTPOST_${protocol.toUpperCase()}_HOST`,
    address: `${protocol}.example:1`,
    reach: () => Promise.resolve({ kind: 'reached', answered: 'greeted' }),
    signIn: (_, mailbox) => Promise.resolve(typeof signIn === 'function' ? signIn(mailbox) : signIn),
  };
}

export class MemoryCheckHistory implements CheckHistory {
  readonly rows = new Map<string, FailingCheck>();

  read(tenantId: string): Promise<readonly FailingCheck[]> {
    const own = [...this.rows].filter(([key]) => key.startsWith(`${tenantId} `));
    return Promise.resolve(own.map(([, row]) => row));
  }

  write(tenantId: string, { kept, gone }: Parameters<CheckHistory['write']>[1]): Promise<void> {
    for (const row of kept) this.rows.set(`${tenantId} ${row.key}`, row);
    for (const key of gone) this.rows.delete(`${tenantId} ${key}`);
    return Promise.resolve();
  }
}

const use = (limit: number) => ({ used: 0, limit });

export function doctorOptions(overrides: Partial<DoctorOptions> = {}): DoctorOptions {
  return {
    settings: {
      ...{ cloud: 'public', resources: ['graph', 'outlook'], served: ['smtp', 'imap', 'pop'], clientId },
      ...{ authorityUrl: 'https://entra.example', graphUrl: 'https://graph.example', singleTenantId: undefined },
    },
    credential: {
      credential: aCredential([aProof('print', { expiresAt: noon + 365 * 24 * hours })]),
      record: new MemoryCredentialRecord(),
      refreshSeconds: 600,
    },
    askStorage: () => Promise.resolve(),
    askVault: () => Promise.resolve(),
    reachEntra: () => Promise.resolve({ kind: 'reached', answered: 'HTTP 200', ahead: 0 }),
    reachGraph: () => Promise.resolve({ kind: 'reached', answered: 'HTTP 401', ahead: 0 }),
    lookUp: () => Promise.resolve({ kind: 'found', tenantId: contoso, instance: 'microsoftonline.com' }),
    freshToken: (_, resource) =>
      Promise.resolve(
        resource === 'graph'
          ? aToken({ roles: ['Mail.Send', 'Mail.ReadWrite'] })
          : aToken({ resource, audience: outlookResource, roles: everyRight.slice(2) }),
      ),
    findTenant: () => Promise.resolve(aRecordedTenant()),
    mailboxRights: { send: () => Promise.resolve('400 ErrorMime'), read: () => Promise.resolve('200') },
    servers: { smtp: aMailServer('smtp'), imap: aMailServer('imap'), pop: aMailServer('pop') },
    limitsOf: () => Promise.resolve({ messagesInMinute: use(30), recipientsInDay: use(10_000), waiting: 0 }),
    recentMail: () => Promise.resolve({ failures: [] }),
    sendMessage: { graph: () => Promise.resolve('accepted'), smtp: () => Promise.resolve('accepted') },
    history: new MemoryCheckHistory(),
    now: () => noon,
    // Nobody is late.
    wait: () => new Promise(() => {}),
    unexpected: () => {},
    log: recordingLog().log,
    ...overrides,
  };
}

export const aDoctor = (overrides: Partial<DoctorOptions> = {}): Doctor => new Doctor(doctorOptions(overrides));
