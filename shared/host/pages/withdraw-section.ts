/** How an administrator takes all of it back, without asking anybody. */

import { html } from 'hono/html';
import type { Vendor } from '../../vendor-settings.ts';
import type { Html } from '../page.ts';
import { copyBox, nothing } from './fragments.ts';
import { theAsker } from './names.ts';

interface Withdrawing {
  readonly vendor: Vendor;
  readonly clientId: string;
  readonly undo: string | undefined;
}

export function withdrawSection({ vendor, clientId, undo }: Withdrawing): Html {
  return html`<section>
    <h2>To withdraw it</h2>
    <ol class="steps">
      <li>
        In the Microsoft Entra admin center, under Enterprise applications, search for the application id
        <code>${clientId}</code>.
      </li>
      <li>Open it, and delete it under Properties. That takes back every permission at once.</li>
      ${undo === undefined ? nothing : html`<li>In Exchange Online PowerShell, take back what was set up there, if anything was:</li>`}
    </ol>
    ${
      undo === undefined
        ? nothing
        : html`<details>
            <summary>Commands that take it back</summary>
            ${copyBox('undo', 'Commands that take it back', undo, 'code')}
          </details>`
    }
    <p>
      The app gets no new access from then on; what it holds ends within a day, usually within an hour. You need not
      tell ${theAsker(vendor)}: it is noticed. Tell them if what they keep of your organisation is to be deleted.
    </p>
  </section>`;
}
