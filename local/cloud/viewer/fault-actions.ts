/** What the forms about faults do. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { addFault } from '../control/faults.ts';
import { noSuch } from '../control/problem.ts';
import { action, type Forms } from './action.ts';
import { ruleOf } from './fault-form.ts';
import { counted } from './fragments.ts';
import { paths } from './paths.ts';

export function faultActions(forms: Forms, cloud: CloudContext): void {
  const { faults } = cloud;
  const page = (): string => paths.faults;
  const added = (id: string) => html`<p>Added <code>${id}</code>.</p>`;
  action(forms, paths.faults, { page, run: (_part, typed) => added(addFault(cloud, ruleOf(typed))) });
  action(forms, `${paths.faults}/presets`, {
    page,
    run: (_part, typed) => added(addFault(cloud, { preset: typed('preset') })),
  });
  action(forms, `${paths.faults}/clear`, {
    page,
    run() {
      const count = faults.list().length;
      faults.clear();
      return html`<p>Removed ${counted(count, 'fault')}.</p>`;
    },
  });
  action(forms, `${paths.faults}/:id/remove`, {
    page,
    run(part) {
      if (!faults.remove(part('id'))) throw noSuch('fault', part('id'));
      return html`<p>Removed <code>${part('id')}</code>.</p>`;
    },
  });
}
