/** Forms of the portal. They work without scripts, and every control has its label. */

import { html } from 'hono/html';
import type { Html } from '../page.ts';

/** @param token proves that the form is from one of these pages. */
export function form(token: string, path: string, content: Html, kind = ''): Html {
  return html`<form method="post" action="${path}" class="${kind}">
    <input type="hidden" name="token" value="${token}" />${content}
  </form>`;
}

/**
 * A form that is one button.
 *
 * @param subject what it is done to: several buttons of a page may say the same.
 */
export function button(token: string, path: string, text: string, subject: string, fields: Fields = {}): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return form(
    token,
    path,
    html`${hidden}<button>${text}${subject === '' ? '' : html` <span class="hidden">${subject}</span>`}</button>`,
    'inline',
  );
}

type Fields = Readonly<Record<string, string>>;

interface Control {
  name: string;
  label: string;
  value?: string | undefined;
  hint?: string;
  /** Why the value that was sent is wrong. */
  error?: string | undefined;
  /** A class of the field. */
  kind?: string;
}

interface Input extends Control {
  type?: 'text' | 'number' | 'email';
  required?: boolean;
  /** Known values, of which none has to be chosen. */
  suggestions?: readonly string[];
  attributes?: Html;
}

/** Tells the controls of several forms on a page apart. */
const idOf = (name: string): string => `field-${name}`;

export function input({ type = 'text', required = false, suggestions, attributes, ...control }: Input): Html {
  const { name, value = '' } = control;
  const list =
    suggestions &&
    html`<datalist id="${idOf(name)}-list">
      ${suggestions.map((one) => html`<option value="${one}"></option>`)}
    </datalist>`;
  return field(
    control,
    html`<input
        id="${idOf(name)}"
        name="${name}"
        type="${type}"
        value="${value}"
        ${required ? 'required' : ''}
        ${suggestions ? html`list="${idOf(name)}-list"` : ''}
        ${describedBy(control)}
        ${attributes ?? ''}
      />${list ?? ''}`,
  );
}

interface Select extends Control {
  options: readonly (readonly [value: string, text: string])[];
}

export function select({ options, ...control }: Select): Html {
  const { name, value = '' } = control;
  return field(
    control,
    html`<select id="${idOf(name)}" name="${name}" ${describedBy(control)}>
      ${options.map(([of, text]) => html`<option value="${of}" ${of === value ? 'selected' : ''}>${text}</option>`)}
    </select>`,
  );
}

export function textarea({ rows, ...control }: Control & { rows: number }): Html {
  const { name, value = '' } = control;
  // A line end after the tag is not part of the value, so one is given: it would swallow the value's own.
  return field(
    control,
    html`<textarea id="${idOf(name)}" name="${name}" rows="${rows}" spellcheck="false" ${describedBy(control)}>
${value}</textarea>`,
  );
}

function field({ name, label, hint, error, kind = '' }: Control, control: Html): Html {
  return html`<div class="field ${kind}">
    <label for="${idOf(name)}">${label}</label>
    ${control} ${hint ? html`<p class="hint" id="${idOf(name)}-hint">${hint}</p>` : ''}
    ${error ? html`<p class="error" id="${idOf(name)}-error">${error}</p>` : ''}
  </div>`;
}

function describedBy({ name, hint, error }: Control): Html | '' {
  const ids = [error && `${idOf(name)}-error`, hint && `${idOf(name)}-hint`].filter((id) => id !== undefined);
  const described = ids.filter((id) => id !== '').join(' ');
  return html`${described && html`aria-describedby="${described}"`} ${error ? html`aria-invalid="true"` : ''}`;
}
