/** The way to Microsoft: names, certificates, and whether the clocks agree. */

import { seconds } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import type { CheckName } from './chain.ts';
import { failed, ok, skipped, warned } from './conclude.ts';
import type { Found } from './finding.ts';
import type { Reached } from './ports.ts';

/** What a service is called, where its address is set, and what it is when it cannot be reached. */
interface Service {
  readonly check: CheckName;
  readonly name: string;
  readonly setting: string;
  readonly address: string;
  readonly unreachable: ErrorCode;
}

/** Each by its check, and what it is called when it does not answer. */
export const services = {
  entra: { check: 'entra-connection', name: 'Entra', unreachable: 'ENTRA_UNAVAILABLE' },
  graph: { check: 'graph-connection', name: 'Graph', unreachable: 'GRAPH_UNAVAILABLE' },
  smtp: { check: 'smtp-connection', name: 'Exchange’s SMTP server', unreachable: 'SMTP_UNAVAILABLE' },
  imap: { check: 'imap-connection', name: 'Exchange’s IMAP server', unreachable: 'IMAP_UNAVAILABLE' },
  pop: { check: 'pop-connection', name: 'Exchange’s POP3 server', unreachable: 'POP_UNAVAILABLE' },
} as const;

const meanings = {
  unresolved: 'NAME_UNRESOLVED',
  untrusted: 'TLS_UNTRUSTED',
} as const;

export function connectionFinding(service: Service, reached: Reached): Found {
  const { check, name, setting, address, unreachable } = service;
  const tried = `Resolved the name of ${name} (${address}, ${setting}), checked its certificate and waited for its first answer.`;
  const { answered } = reached;
  if (reached.kind === 'reached') return ok(check, tried, answered);
  return failed(check, tried, reached.kind === 'unreachable' ? unreachable : meanings[reached.kind], { answered });
}

/** Entra and Exchange allow for five minutes: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
const tooFar = 300 * seconds;
const suspicious = 60 * seconds;

const triedClocks = 'Compared the clock of this app with the Date that Entra and Graph write into their answers.';

/** Of the services that answered. */
export function clockFinding(entra: Reached | undefined, graph: Reached | undefined): Found {
  const clocks = [
    { name: 'Entra', ahead: aheadOf(entra) },
    { name: 'Graph', ahead: aheadOf(graph) },
  ].flatMap(({ name, ahead }) => (ahead === undefined ? [] : [{ name, ahead }]));
  if (clocks.length === 0) return skipped('clock', 'Neither Entra nor Graph answered with a time to compare with.');
  const answered = clocks.map(({ name, ahead }) => `${name} is ${spoken(ahead)}`).join(', ');
  const wrong = clocks.filter(({ ahead }) => Math.abs(ahead) >= tooFar);
  if (wrong.length > 0) {
    return failed('clock', triedClocks, 'CLOCK_WRONG', { answered, ...sideOf(wrong, clocks.length) });
  }
  if (clocks.some(({ ahead }) => Math.abs(ahead) >= suspicious)) {
    return warned('clock', triedClocks, 'CLOCK_WRONG', { answered });
  }
  return ok('clock', triedClocks, answered);
}

/** Where the others agree with us, it is not our clock. */
function sideOf(wrong: readonly { readonly name: string }[], asked: number) {
  const [only] = wrong;
  if (only === undefined || wrong.length === asked) return {};
  return {
    meaning: `The other service agrees with this app’s clock, so what answers in the place of ${only.name} has a wrong one.`,
    remedy: 'Look for a proxy or a stand-in on the way to it, and at the setting of its address.',
  };
}

const aheadOf = (reached: Reached | undefined): number | undefined =>
  reached?.kind === 'reached' ? reached.ahead : undefined;

function spoken(ahead: number): string {
  const whole = Math.round(Math.abs(ahead) / seconds);
  // The header has whole seconds, and an answer takes its time.
  if (whole <= 2) return 'the same to two seconds';
  return `${whole} seconds ${ahead > 0 ? 'ahead' : 'behind'}`;
}
