/** The same state as Graph and the mail servers see it, at a moment that a test chooses. */

import assert from 'node:assert/strict';
import { Journal } from '../../../../local/cloud/journal.ts';
import type { CloudContext } from '../../../../local/cloud/cloud.ts';
import { FaultPanel } from '../../../../local/cloud/faults/fault-panel.ts';
import type { CloudState, Mailbox } from '../../../../local/cloud/state.ts';
import { noUrls } from '../../../../local/cloud/urls.ts';

export function seenBy(state: CloudState): {
  cloud: CloudContext;
  /** Moves every service's clock on. */
  later(milliseconds: number): void;
  mailbox(address: string): Mailbox;
} {
  let ahead = 0;
  return {
    cloud: {
      state,
      journal: new Journal(),
      faults: new FaultPanel(),
      now: () => Date.now() + ahead,
      urls: noUrls(),
      folder: '',
      identityHeader: '',
    },
    later: (milliseconds) => (ahead += milliseconds),
    mailbox(wanted) {
      const found = state.mailboxes.find(({ address }) => address === wanted);
      assert.ok(found);
      return found;
    },
  };
}
