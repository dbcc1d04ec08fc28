/**
 * `tenantpost consent`: an administrator consents in a browser on this machine, or gets the address to do it elsewhere, with
 * no app of ours in between.
 */

import { randomBytes } from 'node:crypto';
import { command } from '../command.ts';
import type { App } from '../direct/app.ts';
import { clientIdOf } from '../direct/client-id.ts';
import type { ConsentAnswer } from '../direct/consent-answer.ts';
import { consentAddress, meaningOf } from '../direct/entras-consent.ts';
import { hasCredential } from '../direct/credential-given.ts';
import { type Endpoints, endpointsOf, requireResource } from '../direct/endpoints.ts';
import { cloudOptions, credentialOptions, type CredentialArguments } from '../direct/options.ts';
import { resourceOf, rightNames, type RightName } from '../direct/right-names.ts';
import { tenantIdOf, tenantName } from '../direct/tenant.ts';
import { exitCodes } from '../exit-codes.ts';
import { BadNewsError, UsageError } from '../failure.ts';
import { openBrowser } from '../open-browser.ts';
import { fields } from '../terminal/columns.ts';
import type { Terminal } from '../terminal/terminal.ts';

export const consent = command({
  form: 'consent',
  summary: 'Asks an administrator’s consent in a browser, without any app of ours',
  about:
    'Opens Microsoft’s admin consent page, waits on a loopback port for the answer, and prints error, error description and tenant. What a browser brings proves nothing: with a credential, a token of the tenant is asked for, and its permissions are the proof. The app registration needs the redirect URI http://localhost (Web); the port is not compared.',
  examples: [
    ['consent --client-id 5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10', 'Opens the browser; any administrator’s tenant'],
    ['consent --client-id 5c2d9f4e-... --tenant contoso.onmicrosoft.com --print-url', 'Prints the address and ends'],
    [
      'consent --client-id 5c2d9f4e-... --right Mail.Send --right SMTP.SendAsApp --secret-file secret',
      'Graph and SMTP in one go, and proves it',
    ],
  ],
  endsWith:
    'Ends with 3 when consent was refused or nobody came in time, with 4 when it was given and has not arrived yet.',
  several: ['right'],
  options: (yargs) =>
    credentialOptions(cloudOptions(yargs))
      .option('client-id', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Application (client) ID of the app registration',
      })
      .option('tenant', {
        type: 'string',
        requiresArg: true,
        describe: 'Tenant ID or domain; without it any tenant may consent',
      })
      .option('right', {
        choices: rightNames,
        array: true,
        default: ['Mail.Send'] as readonly RightName[],
        describe: 'A permission that is asked for; may be given several times',
      })
      .option('port', {
        type: 'number',
        default: 7777,
        requiresArg: true,
        describe: 'Where to wait for the answer; 0 takes a free port',
      })
      .option('print-url', {
        type: 'boolean',
        default: false,
        describe: 'Print the address to consent at, and wait for nothing',
      })
      .option('redirect-uri', {
        type: 'string',
        requiresArg: true,
        describe: 'With --print-url: a redirect URI of the app registration in place of http://localhost:PORT',
      })
      .option('open', {
        type: 'boolean',
        default: true,
        describe: 'Open the browser; --no-open prints the address and waits',
      })
      .option('timeout', {
        type: 'number',
        default: 600,
        requiresArg: true,
        describe: 'How many seconds to wait in all',
      })
      .check(({ port, timeout, 'redirect-uri': redirectUri, 'print-url': printUrl }) => {
        if (!Number.isInteger(port) || port < 0 || port > 65_535)
          throw new UsageError('--port: a port from 0 to 65535.');
        if (!(timeout > 0 && timeout <= 86_400)) throw new UsageError('--timeout: seconds, from 1 to 86400.');
        if (redirectUri !== undefined && !(printUrl && URL.canParse(redirectUri))) {
          throw new UsageError('--redirect-uri: an address, together with --print-url.');
        }
        return true;
      }),
  async run(given, terminal) {
    const endpoints = endpointsOf(given);
    const state = randomBytes(24).toString('base64url');
    const request = {
      clientId: clientIdOf(given.clientId),
      tenant: given.tenant === undefined ? undefined : tenantName(given.tenant),
      rights: given.right,
      state,
    };
    if (given.printUrl) {
      const redirectUri = given.redirectUri ?? `http://localhost:${given.port}`;
      const url = consentAddress({ ...request, redirectUri }, endpoints);
      terminal.result({ url, state }, url);
      return exitCodes.done;
    }
    // Before anybody consents: what is wrong with the credential is not to be found out after.
    const app = hasCredential(given) ? await appOf(request.clientId, given, endpoints, terminal.signal) : undefined;
    const until = Date.now() + given.timeout * 1000;
    const { ConsentListener } = await import('../direct/consent-listener.ts');
    const listener = await ConsentListener.open(given.port, state);
    let answer: ConsentAnswer;
    try {
      const url = consentAddress({ ...request, redirectUri: listener.redirectUri }, endpoints);
      const isOpened = given.open && (await openBrowser(url));
      terminal.note(`${isOpened ? 'If no browser opens, open' : 'Open'} this address in one on this machine:\n${url}`);
      terminal.progress(`Waiting on ${listener.redirectUri} for the administrator, ${given.timeout} seconds at most`);
      answer = await withinTime(listener.answer, until, terminal.signal);
    } finally {
      await listener.close();
    }
    if (answer.error !== null) return refused(answer, terminal);
    const tenant = answer.tenant ?? '';
    if (given.tenant !== undefined && (await tenantIdOf(given.tenant, endpoints, terminal.signal)) !== tenant) {
      throw new BadNewsError(`Tenant ${tenant} consented, and not the one that was asked for.`);
    }
    return accepted(tenant, given.right, { app, until }, terminal);
  },
});

type Given = CredentialArguments & { readonly right: readonly RightName[] };

async function appOf(clientId: string, given: Given, endpoints: Endpoints, signal: AbortSignal): Promise<App> {
  for (const right of given.right) requireResource(endpoints, resourceOf(right));
  const { App, credentialOf } = await import('../direct/app.ts');
  const credential = await credentialOf(given, { clientId, authorityUrl: endpoints.authorityUrl }, signal);
  return new App(clientId, credential, endpoints);
}

function refused({ tenant, error, errorDescription, hasState }: ConsentAnswer, terminal: Terminal): number {
  const meant = meaningOf(error ?? '', errorDescription);
  const text = fields([
    ['error', error ?? undefined],
    ['description', errorDescription ?? undefined],
    ['tenant', tenant ?? undefined],
    ['code', meant.code],
    ['meaning', meant.meaning],
    ['remedy', meant.remedy],
    ['by whom', `the ${meant.owner}`],
  ]);
  const value = { consented: false, tenant, error, errorDescription, ...meant };
  terminal.result(value, `${terminal.style.bad('Consent was not given.')}\n${text}`);
  if (!hasState)
    terminal.note('It came without a state, as Entra’s older endpoint sends it: anybody’s page could have.');
  return exitCodes.badNews;
}

async function accepted(
  tenant: string,
  rights: readonly RightName[],
  { app, until }: { app: App | undefined; until: number },
  terminal: Terminal,
): Promise<number> {
  const value = { consented: true, tenant, error: null, errorDescription: null };
  if (app === undefined) {
    terminal.result(
      { ...value, proven: false },
      `${terminal.style.good('Consent was given.')}\n${fields([['tenant', tenant]])}`,
    );
    terminal.note(
      'This is what the browser said, and a browser can be made to say anything. With a credential (TPCLI_CLIENT_SECRET, --secret-file or --certificate) a token proves it.',
    );
    return exitCodes.done;
  }
  const { prove } = await import('../direct/prove.ts');
  const proven = await prove(app, tenant, rights, {
    until,
    signal: terminal.signal,
    onWait: (why) => terminal.progress(`${why}; asking again every few seconds`),
  });
  const { missing, roles, objectId } = proven;
  const isWhole = missing.length === 0;
  const verdict = isWhole
    ? terminal.style.good('Consent was given, and a token proves it.')
    : terminal.style.warn('Consent was given, and has not arrived yet.');
  const facts = fields([
    ['tenant', tenant],
    ['roles', roles.join(', ') || 'none'],
    ['missing', isWhole ? undefined : missing.join(', ')],
    ['object id', `${objectId} (of the enterprise application, for Exchange)`],
  ]);
  terminal.result({ ...value, proven: isWhole, roles, missing, objectId }, `${verdict}\n${facts}`);
  if (!isWhole)
    terminal.note('Ask again in some minutes: tenantpost token. Does the app registration require what is missing?');
  return isWhole ? exitCodes.done : exitCodes.notAllWell;
}

/** @throws BadNewsError when it takes too long, or the reason of the signal. */
async function withinTime<T>(answer: Promise<T>, until: number, signal: AbortSignal): Promise<T> {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    over.reject(
      new BadNewsError('Nobody came back from Microsoft’s consent page in time. --timeout gives more of it.'),
    );
  }, until - Date.now());
  const stop = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([answer, over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
