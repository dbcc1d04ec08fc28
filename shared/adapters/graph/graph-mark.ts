/**
 * What a mail can be found by in its mailbox: made of the job and the app alone, so that every worker makes the same. Another
 * app of the same tenant may have a job of the same id, and must not take this mail for its own.
 */

import { createHash } from 'node:crypto';
import type { MailJob } from '../../mail/job/mail-job.ts';
import { messageIdOf } from '../mime/mime-message.ts';

export interface GraphMark {
  /** The job's id, for people, and a digest that tells apart ids whose letters differ in case alone. */
  readonly property: string;
  /** For the Message-ID field, with its angle brackets: RFC 5322 section 3.6.4. */
  readonly messageId: string;
  /** For a field of its own in a ready message, whose Message-ID its producer may have given to others as well. */
  readonly header: string;
}

/** Our own set of named properties. Names are compared with regard to case, values without. */
const property = 'String {1b0c6a54-3f5d-4d57-9d2c-7b1a4c8e9f30} Name TenantpostJob';

/**
 * Exchange keeps a field that it does not know as a property of the same name:
 * https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/d296c8c5-27c8-46d4-93a9-4da1d69175cf
 * In small letters, in which some servers write all of these names.
 */
export const markField = 'x-tenantpost-job';
const fieldProperty = `String {00020386-0000-0000-c000-000000000046} Name ${markField}`;

/** @param clientId of the app registration. */
export function graphMark({ tenant, id, from }: Pick<MailJob, 'tenant' | 'id' | 'from'>, clientId: string): GraphMark {
  const digest = createHash('sha256').update(`${clientId}\n${tenant}\n${id}`).digest('hex').slice(0, 32);
  const messageId = messageIdOf(tenant, `${clientId} ${id}`, from);
  return { property: `${id} ${digest}`, messageId, header: digest };
}

/** https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty */
export function markProperty(mark: GraphMark): object {
  return { id: property, value: mark.property };
}

/** https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get */
export function withProperty(mark: GraphMark): string {
  return filter(property, mark.property);
}

export function withHeader(mark: GraphMark): string {
  return filter(fieldProperty, mark.header);
}

function filter(id: string, value: string): string {
  return `singleValueExtendedProperties/Any(one: one/id eq ${quoted(id)} and one/value eq ${quoted(value)})`;
}

export function withMessageId(messageId: string): string {
  return `internetMessageId eq ${quoted(messageId)}`;
}

/** https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_URLComponents */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
