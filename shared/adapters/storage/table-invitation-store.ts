/** Invitations, and the states of consents that have been answered. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import type {
  Binding,
  Invitation,
  InvitationPage,
  InvitationQuery,
  InvitationStore,
} from '../../tenants/invitation.ts';
import type { OldInvitations, Swept } from '../../tenants/invitation-retention.ts';
import { inOrder, isRight } from '../../tenants/rights.ts';
import { removeAll } from './remove-all.ts';
import { readRow, readRows, rowSchemas, schemaOf } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent, mergeIfUnchanged } from './table-own-write.ts';
import { readPage } from './table-pages.ts';
import { textList } from './text-list.ts';

const row = z.object({
  rowKey: z.string(),
  etag: z.string(),
  schema: schemaOf('invitation'),
  tenantId: z.string().optional(),
  createdAt: z.number(),
  expiresAt: z.number(),
  usedBy: z.string().optional(),
  domain: z.string().optional(),
  rights: z.string().optional(),
  mailboxes: textList,
  returnUrl: z.string().optional(),
  scoped: z.boolean().optional(),
  revokedAt: z.number().optional(),
});
type Row = z.infer<typeof row>;

const invitations = 'invitation';
const states = 'state';

/** A service page, of which each row that is over costs a request of its own. */
const sweepPage = 200;

export class TableInvitationStore implements InvitationStore, OldInvitations {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async insert({ id, rights, mailboxes, ...facts }: Invitation): Promise<void> {
    const entity = {
      ...{ partitionKey: invitations, rowKey: id, schema: rowSchemas.invitation, ...facts },
      ...(rights === undefined ? {} : { rights: rights.join(' ') }),
      ...(mailboxes === undefined ? {} : { mailboxes: JSON.stringify(mailboxes) }),
    };
    const written = await storageCall('write an invitation', () => insertIfAbsent(this.#table, entity));
    if (written === undefined)
      throw new TenantpostError('STORAGE_UNAVAILABLE', 'There is an invitation of this id already.');
  }

  async find(id: string): Promise<Invitation | undefined> {
    const found = await this.#read(id);
    return found === undefined ? undefined : toInvitation(found);
  }

  async bind(id: string, tenantId: string): Promise<Binding> {
    const found = await this.#read(id);
    if (found === undefined) return 'taken';
    if (found.usedBy) return found.usedBy === tenantId ? 'bound-before' : 'taken';
    if (found.revokedAt !== undefined) return 'revoked';
    // The version decides between two administrators who come back at the same moment, and between one and the operator.
    return (await this.#change(found, { usedBy: tenantId })) ? 'bound' : this.bind(id, tenantId);
  }

  async release(id: string): Promise<void> {
    // A merge cannot take a property away; empty stands for unused.
    const update = { partitionKey: invitations, rowKey: id, usedBy: '' };
    await storageCall('write an invitation', () => this.#table.updateEntity(update, 'Merge'));
  }

  async revoke(id: string, at: number): Promise<Invitation | undefined> {
    const found = await this.#read(id);
    if (found === undefined) return undefined;
    if (found.usedBy || found.revokedAt !== undefined) return toInvitation(found);
    return (await this.#change(found, { revokedAt: at }))
      ? { ...toInvitation(found), revokedAt: at }
      : this.revoke(id, at);
  }

  async page({ tenantId, limit = 100, continuation }: InvitationQuery): Promise<InvitationPage> {
    const ofTenant = odata` and (tenantId eq ${tenantId ?? ''} or usedBy eq ${tenantId ?? ''})`;
    const { rows, ...next } = await readPage(this.#table, {
      attempted: 'list invitations',
      partition: invitations,
      filter: odata`PartitionKey eq ${invitations}` + (tenantId === undefined ? '' : ofTenant),
      pageSize: limit,
      continuation,
    });
    const { items, ...others } = readRows('invitation', rows, (one) => toInvitation(row.parse(one)));
    return { invitations: items, ...others, ...next };
  }

  async remove(id: string): Promise<void> {
    await storageCall('remove an invitation', () =>
      unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(invitations, id)),
    );
  }

  async consumeState(stateId: string, expiresAt: number): Promise<boolean> {
    const entity = { partitionKey: states, rowKey: stateId, schema: rowSchemas.consentState, expiresAt };
    const written = await storageCall('write a consent state', () => insertIfAbsent(this.#table, entity));
    return written !== undefined;
  }

  /** The next run begins anew, so it needs no position: what was removed is no longer met. */
  async sweep(invitationsBefore: number, statesBefore: number): Promise<Swept> {
    const filter =
      `(${odata`PartitionKey eq ${invitations}`} and expiresAt lt ${double(invitationsBefore)})` +
      ` or (${odata`PartitionKey eq ${states}`} and expiresAt lt ${double(statesBefore)})`;
    const rows = this.#table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: sweepPage });
    const next = () => storageCall('list invitations that are over', () => rows.next());
    let { value } = await next();
    // A page may be empty and not be the last: whoever stops there meets it in every run, and never what is behind it.
    while (value?.length === 0 && value.continuationToken !== undefined) ({ value } = await next());
    const old = z.array(z.object({ partitionKey: z.string(), rowKey: z.string() })).parse(value ?? []);
    const done = await removeAll(old, async ({ partitionKey, rowKey }) => {
      await unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(partitionKey, rowKey));
      return true;
    });
    return { ...done, isMore: value?.continuationToken !== undefined };
  }

  async #read(id: string): Promise<Row | undefined> {
    const found = await storageCall('read an invitation', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(invitations, id)),
    );
    return found && readRow('invitation', found, (one) => row.parse(one));
  }

  async #change({ rowKey, etag }: Row, change: object): Promise<boolean> {
    const entity = { partitionKey: invitations, rowKey, ...change };
    const written = await storageCall('write an invitation', () => mergeIfUnchanged(this.#table, entity, etag));
    return written !== undefined;
  }
}

/**
 * The service keeps a number without a type that is beyond Int32 as a Double, reads one in a filter as Int32 unless it has a
 * point, refuses it with 400 then, and compares only like with like; its emulator does none of this:
 * https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities#constructing-filter-strings and
 * https://github.com/Azure/azure-storage-node/issues/316
 */
const double = (milliseconds: number): string => milliseconds.toFixed(1);

function toInvitation({ rowKey, createdAt, expiresAt, ...rest }: Row): Invitation {
  const { tenantId, usedBy, domain, rights, mailboxes, returnUrl, scoped, revokedAt } = rest;
  return {
    id: rowKey,
    createdAt,
    expiresAt,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(usedBy ? { usedBy } : {}),
    ...(domain === undefined ? {} : { domain }),
    ...(rights === undefined ? {} : { rights: inOrder(rights.split(' ').filter(isRight)) }),
    ...(mailboxes.length === 0 ? {} : { mailboxes }),
    ...(returnUrl === undefined ? {} : { returnUrl }),
    ...(scoped === true ? { scoped } : {}),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}
