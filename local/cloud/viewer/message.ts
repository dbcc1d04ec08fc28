/** One message: who is in it, what it says, what is attached, and how it is stored. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { bytesOf } from '../mail/content.ts';
import type { Html } from '../page.ts';
import type { EmailAddress, StoredAttachment, StoredMessage } from '../state.ts';
import { badge, breakable, bytes, person, subjectOf, time, verbatim } from './fragments.ts';
import { folderBadge } from './mailbox.ts';
import { attachmentPath, mailboxPath, messageHtmlPath, messageJsonPath, messagePath } from './paths.ts';

export function messagePage(cloud: CloudContext, message: StoredMessage): Html {
  const { attachments, body, importance = 'normal' } = message;
  return html`<p class="back"><a href="${mailboxPath(message.mailbox)}">${message.mailbox}</a></p>
    <h1>${subjectOf(message.subject)}</h1>
    <p>
      ${folderBadge(message.folder)} ${importance === 'normal' ? '' : badge(`${importance} importance`, 'wait')}
      <span class="soft">${time(message.receivedAt)}</span>
    </p>
    <dl>
      ${people('From', [message.from])} ${people('To', message.to)} ${people('Cc', message.cc)}
      ${people('Bcc', message.bcc)} ${people('Reply to', message.replyTo)}
    </dl>
    ${body.contentType === 'html' ? mailFrame(message.id) : verbatim('Message body', body.content, 'mail')}
    ${attachments.length === 0 ? '' : attachmentList(message.id, attachments)} ${deliveries(cloud, message)}
    <section aria-labelledby="headers">
      <h2 id="headers">Headers</h2>
      <dl>
        <dt>Message-ID</dt>
        <dd><code>${message.internetMessageId}</code></dd>
        ${message.headers.map(
          ({ name, value }) =>
            html`<dt>${name}</dt>
              <dd><code>${value}</code></dd>`,
        )}
      </dl>
    </section>
    ${body.contentType === 'html' ? source('HTML source', body.content) : ''}
    ${source('Source as JSON', JSON.stringify(withoutContent(message), null, 2))}
    <p><a href="${messageJsonPath(message.id)}">The same as JSON, with attachments</a></p>`;
}

/** The mail is a stranger's: no script, no form, no navigation, and an origin of its own. */
function mailFrame(id: string): Html {
  return html`<iframe class="mail" sandbox="" title="Message body" src="${messageHtmlPath(id)}"></iframe>
    <p class="soft">
      Shown without scripts, links and anything from outside. <a href="${messageHtmlPath(id)}">Open on its own</a>
    </p>`;
}

function people(label: string, list: readonly EmailAddress[]): Html {
  if (list.length === 0) return html``;
  return html`<dt>${label}</dt>
    <dd>
      <ul class="plain" aria-label="${label}">
        ${list.map((one) => html`<li>${person(one)}</li>`)}
      </ul>
    </dd>`;
}

function attachmentList(id: string, attachments: readonly StoredAttachment[]): Html {
  return html`<section aria-labelledby="attachments">
    <h2 id="attachments">Attachments</h2>
    <ul class="attachments">
      ${attachments.map(
        ({ name, contentType, content, isInline }, index) =>
          html`<li>
            <a href="${attachmentPath(id, index)}">${name}</a>
            <span class="soft">${contentType}, ${bytes(bytesOf(content))}</span>
            ${isInline ? badge('inline', 'plain') : ''}
          </li>`,
      )}
    </ul>
  </section>`;
}

/** Where the message lies besides Sent Items. A recipient's copy does not tell: it would give blind copies away. */
function deliveries(cloud: CloudContext, message: StoredMessage): Html {
  if (message.folder !== 'sentitems') return html``;
  const copies = cloud.state.messages.filter(
    ({ id, internetMessageId }) => internetMessageId === message.internetMessageId && id !== message.id,
  );
  return html`<section aria-labelledby="deliveries">
    <h2 id="deliveries">Delivered to</h2>
    <ul class="plain">
      ${copies.map(({ id, mailbox }) => html`<li><a href="${messagePath(id)}">${breakable(mailbox)}</a></li>`)}
    </ul>
  </section>`;
}

function source(label: string, text: string): Html {
  return html`<details>
    <summary>${label}</summary>
    ${verbatim(label, text)}
  </details>`;
}

function withoutContent(message: StoredMessage): object {
  const attachments = message.attachments.map((one) => ({ ...one, content: `(${bytesOf(one.content)} bytes)` }));
  return { ...message, attachments, ...(message.mime !== undefined && { mime: `(${bytesOf(message.mime)} bytes)` }) };
}
