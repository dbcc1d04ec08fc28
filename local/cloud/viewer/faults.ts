/** Faults: those in force with their hits, the catalogue, and a rule of one's own. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import type { ListedRule } from '../faults/fault-panel.ts';
import type { ServiceName } from '../faults/fault-rule.ts';
import { type FaultPreset, faultPresets } from '../faults/presets.ts';
import type { Html } from '../page.ts';
import { howOften, serviceTitles, whatHappens } from './describe-fault.ts';
import { faultForm } from './fault-form.ts';
import type { Note } from './frame.ts';
import { button } from './forms.ts';
import { breakable, empty, table, tenantLink } from './fragments.ts';
import { faultPath, paths } from './paths.ts';

/** @param note what became of the form before. */
export function faultsPage(cloud: CloudContext, token: string, note?: Note): Html {
  const rules = cloud.faults.list();
  return html`<h1>Faults</h1>
    <p>What goes wrong on purpose. The first rule that fits a request hits it; the journal names the rule.</p>
    <section aria-labelledby="in-force">
      <h2 id="in-force">In force</h2>
      ${
        rules.length === 0
          ? empty('No faults: every service answers as it should. Add one below.')
          : html`${table({
              kind: 'faults',
              caption: 'Faults in force',
              columns: ['Rule', 'Service', 'What happens', 'To which requests', 'Hits', 'Remove'],
              rows: rules.map((listed) => ruleRow(cloud, token, listed)),
            })}
            ${button(token, `${paths.faults}/clear`, 'Remove all', '')}`
      }
    </section>
    <section aria-labelledby="presets">
      <h2 id="presets">Catalogue</h2>
      ${Object.entries(serviceTitles).map(([service, title]) => presetGroup(token, service, title))}
    </section>
    ${faultForm(cloud, token, note)}`;
}

function ruleRow(cloud: CloudContext, token: string, { rule, hits }: ListedRule) {
  return [
    html`<code>${rule.id}</code>`,
    serviceTitles[rule.service],
    whatHappens(rule.fault),
    requestsOf(cloud, rule),
    html`<a href="${paths.journal}?fault=${rule.id}">${hits} <span class="hidden">in the journal</span></a>`,
    button(token, `${faultPath(rule.id)}/remove`, 'Remove', rule.id),
  ];
}

function requestsOf(cloud: CloudContext, rule: ListedRule['rule']): Html {
  const { operation, tenantId, mailbox } = rule;
  const chosen = [
    operation !== undefined && html`<code>${operation}</code>`,
    tenantId !== undefined && tenantLink(cloud, tenantId),
    mailbox !== undefined && breakable(mailbox),
  ].filter((part) => part !== false);
  const which = chosen.length === 0 ? html`all` : chosen.map((part, index) => html`${index > 0 ? ', ' : ''}${part}`);
  return html`${which}<br /><span class="soft">${howOften(rule)}</span>`;
}

function presetGroup(token: string, service: string, title: string): Html {
  const presets = faultPresets.filter(({ rule }) => rule.service === service);
  if (presets.length === 0) return html``;
  return html`<details ${service === ('graph' satisfies ServiceName) ? 'open' : ''}>
    <summary>${title} <span class="soft">${presets.length}</span></summary>
    ${table({
      kind: 'presets',
      caption: `Catalogue: ${title}`,
      columns: ['Name', 'What happens', 'Add'],
      rows: presets.map((preset) => presetRow(token, preset)),
    })}
  </details>`;
}

const presetRow = (token: string, { name, description }: FaultPreset) => [
  html`<code>${name}</code>`,
  description,
  button(token, `${paths.faults}/presets`, 'Add', name, { preset: name }),
];
