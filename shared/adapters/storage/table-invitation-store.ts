/** Invitations, and the states of consents that have been answered. */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import type { Binding, Invitation, InvitationStore } from '../../tenants/invitation.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent } from './table-own-write.ts';

const row = z.object({
  etag: z.string(),
  tenantId: z.string().optional(),
  createdAt: z.number(),
  expiresAt: z.number(),
  usedBy: z.string().optional(),
});

const invitations = 'invitation';
const states = 'state';

export class TableInvitationStore implements InvitationStore {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async insert({ id, ...facts }: Invitation): Promise<void> {
    const entity = { partitionKey: invitations, rowKey: id, ...facts };
    const written = await storageCall('write an invitation', () => insertIfAbsent(this.#table, entity));
    if (written === undefined)
      throw new TenantpostError('STORAGE_UNAVAILABLE', 'There is an invitation of this id already.');
  }

  async find(id: string): Promise<Invitation | undefined> {
    const found = await this.#read(id);
    if (found === undefined) return undefined;
    const { createdAt, expiresAt, tenantId, usedBy } = found;
    return {
      id,
      createdAt,
      expiresAt,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(usedBy ? { usedBy } : {}),
    };
  }

  async bind(id: string, tenantId: string): Promise<Binding> {
    const found = await this.#read(id);
    if (found === undefined) return 'taken';
    if (found.usedBy) return found.usedBy === tenantId ? 'bound-before' : 'taken';
    // The etag decides between two administrators who come back at the same moment.
    const update = { partitionKey: invitations, rowKey: id, usedBy: tenantId };
    const options = { etag: found.etag };
    const written = await storageCall('write an invitation', () =>
      unless('UpdateConditionNotSatisfied', undefined, () => this.#table.updateEntity(update, 'Merge', options)),
    );
    return written === undefined ? this.bind(id, tenantId) : 'bound';
  }

  async release(id: string): Promise<void> {
    // A merge cannot take a property away; empty stands for unused.
    const update = { partitionKey: invitations, rowKey: id, usedBy: '' };
    await storageCall('write an invitation', () => this.#table.updateEntity(update, 'Merge'));
  }

  async consumeState(stateId: string, expiresAt: number): Promise<boolean> {
    const entity = { partitionKey: states, rowKey: stateId, expiresAt };
    const written = await storageCall('write a consent state', () => insertIfAbsent(this.#table, entity));
    return written !== undefined;
  }

  async #read(id: string): Promise<z.infer<typeof row> | undefined> {
    const found = await storageCall('read an invitation', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(invitations, id)),
    );
    return found === undefined ? undefined : row.parse(found);
  }
}
