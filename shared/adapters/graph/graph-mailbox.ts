/** One job's mail in its mailbox, by Graph: https://learn.microsoft.com/graph/outlook-create-send-messages */

import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import type { SendReceipt } from '../../mail/carrier.ts';
import type { DraftMailbox, Found, Made } from '../../mail/sending/draft-mailbox.ts';
import type { Attachment, Mail } from '../../mail/job/mail.ts';
import type { Token } from '../../tokens/token.ts';
import type { GraphBody, GraphClient, GraphRequest } from './graph-client.ts';
import { type GraphAnswer, requestIdOf } from './graph-error.ts';
import { type GraphMark, graphMark, withHeader, withMessageId, withProperty } from './graph-mark.ts';
import { attachmentItem, deleteAfterSubmit, fileAttachment, needsMime } from './graph-message.ts';
import { isLarge, json, outgoingDraft, ownMessageId } from './graph-outgoing.ts';
import { nextOctet, putRange } from './graph-upload.ts';

/** Up to 4 MB at a time; a multiple of 320 KiB, which other upload sessions of Microsoft's want. */
const rangeBytes = 12 * 320 * 1024;

const message = z.object({ id: z.string().min(1), isDraft: z.boolean() });
const messages = z.object({ value: z.array(message) });
const attachments = z.object({ value: z.array(z.unknown()), '@odata.nextLink': z.unknown().optional() });
const session = z.object({ uploadUrl: z.url({ protocol: /^https$/ }) });

export class GraphMailbox implements DraftMailbox {
  readonly #client: GraphClient;
  readonly #mail: Mail;
  readonly #token: Token;
  readonly #mark: GraphMark;

  constructor(client: GraphClient, mail: Mail, token: Token) {
    this.#client = client;
    this.#mail = mail;
    this.#token = token;
    this.#mark = graphMark(mail.job, token.clientId);
  }

  get mark(): GraphMark {
    return this.#mark;
  }

  /** https://learn.microsoft.com/graph/api/user-sendmail */
  async sendMail(body: GraphBody): Promise<SendReceipt> {
    const { headers } = await this.#request({ operation: 'sendMail', method: 'POST', path: 'sendMail', body });
    return { requestId: requestIdOf(headers) };
  }

  async create(): Promise<Made> {
    const { body, attached } = await outgoingDraft(this.#mail, this.#mark);
    const answer = await this.#request({ operation: 'createMessage', method: 'POST', path: 'messages', body });
    return { draftId: this.#read(message, answer).id, attached, isComplete: !this.#lacksProperty };
  }

  async countAttachments(draftId: string): Promise<number | undefined> {
    const path = `${pathOf(draftId)}/attachments?$select=id`;
    const answer = await this.#unlessGone({ operation: 'listAttachments', method: 'GET', path });
    if (answer === undefined) return undefined;
    const { value, '@odata.nextLink': more } = this.#read(attachments, answer);
    return more === undefined ? value.length : undefined;
  }

  isLarge(index: number): boolean {
    return isLarge(this.#attachment(index));
  }

  async attach(draftId: string, index: number): Promise<void> {
    const body = json(await fileAttachment(this.#attachment(index)));
    const path = `${pathOf(draftId)}/attachments`;
    await this.#request({ operation: 'addAttachment', method: 'POST', path, body });
  }

  async openUpload(draftId: string, index: number): Promise<string> {
    const body = json({ AttachmentItem: attachmentItem(this.#attachment(index)) });
    const path = `${pathOf(draftId)}/attachments/createUploadSession`;
    const answer = await this.#request({ operation: 'createUploadSession', method: 'POST', path, body });
    return this.#read(session, answer).uploadUrl;
  }

  nextOctet(url: string, index: number): Promise<number | undefined> {
    return nextOctet({ url, tenantId: this.#token.tenantId }, this.#attachment(index).content.bytes);
  }

  async putRange(url: string, index: number, start: number): Promise<number | undefined> {
    const { content } = this.#attachment(index);
    const octets = await content.range(start, Math.min(start + rangeBytes, content.bytes));
    return putRange({ url, tenantId: this.#token.tenantId }, octets, start, content.bytes);
  }

  async complete(draftId: string): Promise<void> {
    if (!this.#lacksProperty) return;
    const body = json({ singleValueExtendedProperties: [deleteAfterSubmit] });
    await this.#request({ operation: 'updateMessage', method: 'PATCH', path: pathOf(draftId), body });
  }

  async submit(draftId: string): Promise<SendReceipt> {
    const path = `${pathOf(draftId)}/send`;
    const { headers } = await this.#request({ operation: 'sendMessage', method: 'POST', path });
    return { requestId: requestIdOf(headers) };
  }

  /** All folders are looked through, Deleted Items too: https://learn.microsoft.com/graph/api/user-list-messages */
  async search(): Promise<readonly Found[]> {
    const own = await ownMessageId(this.#mail);
    if (own === undefined) {
      const byMessageId = withMessageId(this.#mark.messageId);
      // A draft in JSON has both, so that neither has to outlive the sending.
      return this.#first(needsMime(this.#mail) ? [byMessageId] : [withProperty(this.#mark), byMessageId], true);
    }
    const ours = await this.#first([withHeader(this.#mark)], true);
    return ours.length > 0 ? ours : this.#first([withMessageId(own)], false);
  }

  /** What the first of the filters finds that finds any. */
  async #first(filters: readonly string[], isOurs: boolean): Promise<readonly Found[]> {
    for (const filter of filters) {
      const path = `messages?$filter=${encodeURIComponent(filter)}&$select=id,isDraft&$top=100`;
      const answer = await this.#request({ operation: 'listMessages', method: 'GET', path });
      const { value } = this.#read(messages, answer);
      if (value.length > 0) return value.map((one) => ({ ...one, isOurs }));
    }
    return [];
  }

  async standing(id: string): Promise<'draft' | 'sent' | 'gone'> {
    const path = `${pathOf(id)}?$select=id,isDraft`;
    const answer = await this.#unlessGone({ operation: 'getMessage', method: 'GET', path });
    if (answer === undefined) return 'gone';
    return this.#read(message, answer).isDraft ? 'draft' : 'sent';
  }

  /** Into Deleted Items, and out of there: https://learn.microsoft.com/graph/api/message-delete */
  async remove(id: string): Promise<void> {
    const request: GraphRequest = { operation: 'deleteMessage', method: 'DELETE', path: pathOf(id) };
    if (await this.#unlessGone(request)) await this.#unlessGone(request);
  }

  /** MIME has no place for the one that keeps Sent Items free of it. */
  get #lacksProperty(): boolean {
    return !this.#mail.job.saveToSentItems && needsMime(this.#mail);
  }

  #attachment(index: number): Attachment {
    const attachment = this.#mail.attachments[index];
    if (attachment === undefined) throw new Error(`The mail has no attachment ${index}.`);
    return attachment;
  }

  #request(request: GraphRequest): Promise<GraphAnswer> {
    return this.#client.request(this.#mail.job.from, this.#token, request);
  }

  async #unlessGone(request: GraphRequest): Promise<GraphAnswer | undefined> {
    try {
      return await this.#request(request);
    } catch (error) {
      // 404 that speaks of the mailbox has a code of its own.
      const isGone =
        error instanceof TenantpostError && error.code === 'GRAPH_UNAVAILABLE' && error.detail['status'] === 404;
      if (isGone) return undefined;
      throw error;
    }
  }

  /** An answer in another form is none: a proxy may have given it, and nobody knows what Graph did. */
  #read<T>(schema: z.ZodType<T>, { text, headers }: GraphAnswer): T {
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new TenantpostError('GRAPH_UNAVAILABLE', 'An answer of Graph could not be read.', {
        cause,
        detail: { requestId: requestIdOf(headers), lost: true },
      });
    }
  }
}

const pathOf = (id: string): string => `messages/${encodeURIComponent(id)}`;
