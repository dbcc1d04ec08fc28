/**
 * The seed file: one JSON document from which a cloud begins. Short, in the words of an administrator; what is left out
 * is as in a new tenant. Names refer to one another, and those that lead nowhere are refused.
 */

import { z } from 'zod';
import { faultRule } from '../faults/fault-rule.ts';
import { directoryState } from '../state/directory.ts';
import { exchangeState } from '../state/exchange.ts';
import { emptyLimits, limitsState } from '../state/limits.ts';
import { mailState } from '../state/mail.ts';
import { checkReferences } from './references.ts';
import { seedRegistration } from './registration.ts';
import { seedIdentity, seedStorage, seedVault } from './subscription.ts';
import { seedTenant } from './tenant.ts';

const { propagation, tokenLifetimeSeconds, externalIssuers, loopDetection } = directoryState;
const standard = emptyLimits().limits;

export const seedFile = z
  .strictObject({
    /** The only one so far. */
    version: z.literal(1),
    /** For editors; nothing reads it. */
    $schema: z.string().exactOptional(),
    tenants: z.array(seedTenant).default([]),
    registrations: z.array(seedRegistration).default([]),
    identities: z.array(seedIdentity).default([]),
    vault: seedVault.prefault({}),
    storage: seedStorage.default({ allowSharedKeyAccess: true }),
    /** Milliseconds that a consent takes to arrive. */
    propagation: propagation.default({ enterpriseApp: 0, roles: 0 }),
    /** Milliseconds that a change in Exchange takes to be seen. */
    exchangePropagation: exchangeState.exchangePropagation.default({
      servicePrincipals: 0,
      permissions: 0,
      roleAssignments: 0,
    }),
    /** Milliseconds for which a message that was sent still lies in Drafts. */
    settling: mailState.settling.min(0).default(0),
    tokenLifetimeSeconds,
    loopDetection,
    externalIssuers: externalIssuers.default([]),
    /** Microsoft's own, unless a part of them is given. */
    limits: z
      .strictObject({
        graph: limitsState.limits.shape.graph.partial().default({}),
        sending: limitsState.limits.shape.sending.partial().default({}),
      })
      .prefault({})
      .transform(({ graph, sending }) => ({
        graph: { ...standard.graph, ...graph },
        sending: { ...standard.sending, ...sending },
      })),
    faults: z.array(faultRule).default([]),
  })
  .superRefine(checkReferences);

/** As it is written. */
export type SeedFile = z.input<typeof seedFile>;
/** As it is read: with every default. */
export type Seed = z.output<typeof seedFile>;

/** For editors: JSON Schema of what may be written. */
export const seedFileSchema = (): unknown => z.toJSONSchema(seedFile, { io: 'input', unrepresentable: 'any' });
