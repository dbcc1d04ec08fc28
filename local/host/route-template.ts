/** Route templates of HTTP functions: `{name}`, `{name?}`, `{name:int}`, `{*rest}` (https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#customize-the-http-endpoint). */

import { ConfigurationError, notImplemented } from './describe-issues.ts';

type Check = (value: string) => boolean;

export interface RouteTemplate {
  /** The parameters of a decoded path without its first slash, or nothing when the path is not of this template. */
  match(path: string): Record<string, string> | undefined;
}

const number = (argument: string): number => Number(argument.trim());
/** Guid.TryParse takes them with or without dashes, and in braces or brackets. */
const dashed = String.raw`[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`;
const guid = new RegExp(String.raw`^(?:[\da-f]{32}|${dashed}|\{${dashed}\}|\(${dashed}\))$`, 'i');

const isLong = (value: string): boolean =>
  /^[+-]?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value.replace('+', ''))) === BigInt(value.replace('+', ''));

/** NumberStyles.Integer: a sign and white space around are allowed. */
const inRange = (value: string, least: number, most: number): boolean =>
  /^\s*[+-]?\d+\s*$/.test(value) && Number(value) >= least && Number(value) <= most;

/** ASP.NET Core's names (https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints). */
const constraints: Record<string, (...argument: string[]) => Check> = {
  int: () => (value) => inRange(value, -(2 ** 31), 2 ** 31 - 1),
  long: () => (value) => isLong(value.trim()),
  bool: () => (value) => /^\s*(?:true|false)\s*$/i.test(value),
  guid: () => (value) => guid.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  min:
    (least = '') =>
    (value) =>
      inRange(value, number(least), Infinity),
  max:
    (most = '') =>
    (value) =>
      inRange(value, -Infinity, number(most)),
  range:
    (least = '', most = '') =>
    (value) =>
      inRange(value, number(least), number(most)),
  minlength:
    (least = '') =>
    (value) =>
      value.length >= number(least),
  maxlength:
    (most = '') =>
    (value) =>
      value.length <= number(most),
  length:
    (least = '', most = least) =>
    (value) =>
      value.length >= number(least) && value.length <= number(most),
};

interface Parameter {
  name: string;
  checks: Check[];
}

/** @throws ConfigurationError for a template that is wrong, and for a constraint that the real host has and this one has not: passed over, it would match what it does not match there. */
export function parseRouteTemplate(template: string): RouteTemplate {
  const segments = template.split('/').filter((segment) => segment !== '');
  const parameters: Parameter[] = [];
  let optionalSeen = false;
  const pieces = segments.map((segment, index) => {
    const whole = /^\{([^{}]+)\}$/.exec(segment)?.[1];
    const isLast = index === segments.length - 1;
    if (whole?.startsWith('*')) {
      if (!isLast) throw invalid(template, `{${whole}} must be the last segment`);
      parameters.push(parseParameter(template, whole.replace(/^\*{1,2}/, '')));
      return '(?:/(.*))?';
    }
    if (whole?.endsWith('?')) {
      optionalSeen = true;
      parameters.push(parseParameter(template, whole.slice(0, -1)));
      return '(?:/([^/]+))?';
    }
    if (optionalSeen) throw invalid(template, 'only optional segments may follow an optional one');
    return `/${segmentPattern(template, segment, parameters)}`;
  });
  const names = parameters.map(({ name }) => name.toLowerCase());
  if (new Set(names).size < names.length) throw invalid(template, 'a parameter appears twice');
  const pattern = new RegExp(`^${pieces.join('')}/?$`, 'i');
  return { match: (path) => matchTemplate(pattern, parameters, path) };
}

/** A segment may mix text and parameters: `{name}.{extension}`. */
function segmentPattern(template: string, segment: string, parameters: Parameter[]): string {
  return segment
    .split(/(\{[^{}]*\})/)
    .map((piece) => {
      if (!piece.startsWith('{')) return literal(template, piece);
      parameters.push(parseParameter(template, piece.slice(1, -1)));
      return '([^/]+?)';
    })
    .join('');
}

function literal(template: string, text: string): string {
  if (/[{}?]/.test(text)) throw invalid(template, `"${text}"`);
  return text.replaceAll(/[.*+^$()|[\]\\]/g, String.raw`\$&`);
}

function parseParameter(template: string, text: string): Parameter {
  const [name = '', ...specifications] = text.split(':');
  if (!/^[\w-]+$/.test(name)) throw invalid(template, `{${text}}`);
  return { name, checks: specifications.map((specification) => parseConstraint(template, specification)) };
}

function parseConstraint(template: string, specification: string): Check {
  const [, name = '', list] = /^(\w+)(?:\(([^()]*)\))?$/.exec(specification) ?? [];
  const make = Object.hasOwn(constraints, name.toLowerCase()) ? constraints[name.toLowerCase()] : undefined;
  if (!make) throw invalid(template, `the constraint "${specification}"`);
  return make(...(list === undefined ? [] : list.split(',')));
}

function matchTemplate(pattern: RegExp, parameters: Parameter[], path: string): Record<string, string> | undefined {
  const match = pattern.exec(`/${path}`);
  if (!match) return undefined;
  const values: [string, string][] = [];
  for (const [index, { name, checks }] of parameters.entries()) {
    const value = match[index + 1];
    // An optional parameter that is absent is missing from `params` (seen on host 4.1037).
    if (value === undefined || value === '') continue;
    if (!checks.every((check) => check(value))) return undefined;
    values.push([name, value]);
  }
  return Object.fromEntries(values);
}

/** A constraint that is passed over would let requests through that the real host answers with 404. */
function invalid(template: string, what: string): ConfigurationError {
  return new ConfigurationError(notImplemented(`Route "${template}": ${what}`, 'run the app with func start'));
}

/** Percent escapes are decoded, except `%2F`: a slash in a value must not become one of the path (seen on host 4.1037). */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll(/%2f/gi, (escape) => `%25${escape.slice(1)}`));
  } catch {
    return path;
  }
}
