/** A browser at the console's functions: it keeps the cookie, and sends forms as the page that has them would. */

import assert from 'node:assert/strict';
import type { HttpFunctionOptions } from '@azure/functions';
import { parse } from 'node-html-parser';
import { consoleEnter, consoleOpen } from '../../functions/console-entrance.ts';
import {
  consoleCheck,
  consoleClose,
  consoleHold,
  consoleRelease,
  consoleReplay,
} from '../../functions/console-forms.ts';
import { consoleCause, consoleOverview, consoleTenant, consoleTenants } from '../../functions/console-pages.ts';
import { createConsoleLink } from '../../functions/create-console-link.ts';
import { endConsoleSessions } from '../../functions/end-console-sessions.ts';
import { routePrefix } from '../../shared/names.ts';
import type { Services } from '../../shared/services.ts';
import { type Answer, answerOf, objectIn } from '../unit/functions/answer.ts';
import { anInvocation, aRequest } from './invocation.ts';

export interface ConsoleAnswer extends Answer {
  /** What was logged. */
  readonly lines: readonly string[];
}

interface Form {
  readonly fields?: Readonly<Record<string, string>>;
  /** Others than a browser would send. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class ConsoleBrowser {
  readonly #functions: readonly HttpFunctionOptions[];
  readonly #origin: string;
  cookie: string | undefined;

  constructor(services: Services) {
    this.#origin = services.publicUrl;
    this.#functions = [
      ...[createConsoleLink(services), endConsoleSessions(services), consoleOpen(services), consoleEnter(services)],
      ...[consoleOverview(services), consoleTenants(services), consoleTenant(services), consoleCause(services)],
      ...[consoleClose(services), consoleCheck(services), consoleHold(services), consoleRelease(services)],
      consoleReplay(services),
    ];
  }

  async link(): Promise<string> {
    const { status, body } = await this.#ask('POST', '/api/console/links', {});
    assert.equal(status, 201);
    return String(objectIn(body)['link']);
  }

  /** By a new link. */
  async signIn(): Promise<ConsoleAnswer> {
    const signed = new URL(await this.link()).searchParams.get('link') ?? '';
    return this.send('/api/console/open', { fields: { link: signed } });
  }

  open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<ConsoleAnswer> {
    return this.#ask('GET', path, headers);
  }

  send(path: string, { fields = {}, headers = {} }: Form = {}): Promise<ConsoleAnswer> {
    const usual = { origin: this.#origin, 'sec-fetch-site': 'same-origin' };
    return this.#ask('POST', path, { ...usual, ...headers }, new URLSearchParams(fields).toString());
  }

  /** The token that the page's forms have. */
  async formToken(path = '/api/console'): Promise<string> {
    const { body } = await this.open(path);
    return parse(body).querySelector('input[name=form]')?.getAttribute('value') ?? '';
  }

  async #ask(method: 'GET' | 'POST', path: string, headers: object, body?: string): Promise<ConsoleAnswer> {
    const { pathname } = new URL(path, this.#origin);
    const [found, params] = this.#find(method, pathname.slice(`/${routePrefix}/`.length));
    const { context, lines } = anInvocation('console');
    const cookie = this.cookie === undefined ? {} : { cookie: this.cookie };
    const request = aRequest(path, {
      ...{ method, params },
      headers: { ...cookie, ...headers },
      ...(body === undefined ? {} : { body: { string: body } }),
    });
    const answer = await answerOf(found, request, context);
    for (const { name, value } of answer.cookies) this.cookie = value === '' ? undefined : `${name}=${value}`;
    return { ...answer, lines };
  }

  #find(method: 'GET' | 'POST', path: string): [HttpFunctionOptions, Record<string, string>] {
    for (const one of this.#functions) {
      if (one.methods?.[0] !== method) continue;
      const pattern = (one.route ?? '').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
      const match = new RegExp(`^${pattern}$`).exec(path);
      if (match) {
        const parts = Object.entries(match.groups ?? {}).map(([name, part]) => [name, decodeURIComponent(part)]);
        return [one, Object.fromEntries(parts) as Record<string, string>];
      }
    }
    return assert.fail(`no function for ${method} ${path}`);
  }
}
