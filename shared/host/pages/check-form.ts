/** The button that runs the doctor. The link in the address is the only authority; nothing in the organisation is changed. */

import { html } from 'hono/html';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Html } from '../page.ts';
import { nothing } from './fragments.ts';

interface CheckForm {
  readonly tenant: Tenant;
  readonly here: string;
  /** What was checked last, to be checked again. */
  readonly mailbox: string | undefined;
  /** Why what was asked for was not checked. */
  readonly problem: string | undefined;
}

export function checkForm({ tenant, here, mailbox, problem }: CheckForm): Html {
  const { mailboxes = [] } = tenant;
  return html`<section>
    <h2>Is it set up?</h2>
    <p>
      The check follows the way of a message from the outside in, names the first thing that is wrong, and says who can
      mend it. No message is sent and nothing is changed.
    </p>
    ${problem === undefined ? nothing : html`<div class="note bad" role="alert" tabindex="-1" autofocus><p>${problem}</p></div>`}
    <form method="post" action="${here}" data-busy="Checking. This takes up to a minute.">
      <div class="fields">
        <div class="field">
          <label for="mailbox">Mailbox</label>
          ${
            mailboxes.length === 0
              ? html`<input
                  id="mailbox"
                  name="mailbox"
                  type="email"
                  autocomplete="off"
                  value="${mailbox ?? ''}"
                  aria-describedby="mailbox-hint"
                />`
              : html`<select id="mailbox" name="mailbox" aria-describedby="mailbox-hint">
                  ${mailboxes.map((one) => html`<option ${one === mailbox ? 'selected' : ''}>${one}</option>`)}
                </select>`
          }
        </div>
        <button class="primary">Check now</button>
      </div>
      <p id="mailbox-hint" class="soft">
        ${mailboxes.length === 0 ? 'The address that mail is to leave from. Without one only the organisation is checked.' : 'One of those that the app is for.'}
      </p>
      <p role="status"></p>
    </form>
  </section>`;
}
