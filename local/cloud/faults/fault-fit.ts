/** Which rules make sense for which service. One that could never hit, or would not be carried out, is refused by field. */

import type { FaultRule, ServiceName } from './fault-rule.ts';

export interface Misfit {
  path: string[];
  message: string;
}

type Kind = FaultRule['fault']['kind'];
type Field = keyof FaultRule;

/** One command after another on one connection, without statuses, bodies and media types. */
const mailServers: readonly ServiceName[] = ['smtp', 'imap', 'pop'];
const httpOnly: readonly Kind[] = ['answer', 'endless', 'content-type'];
const mailOnly: readonly Kind[] = ['reply'];

/** Kinds that hold for a whole service, so that a rule of them cannot choose among its requests. */
const wholeService: readonly Kind[] = ['clock', 'down'];
const choosing: readonly Field[] = ['operation', 'tenantId', 'mailbox', 'times', 'skip', 'probability', 'seed'];

/** What the requests of a service can be told apart by beside the operation: none of the rest names a tenant or mailbox. */
const tellTenant: readonly ServiceName[] = ['entra', 'graph', 'upload', ...mailServers];
const tellMailbox: readonly ServiceName[] = ['graph', 'upload', ...mailServers];

/** RFC 9110 section 15: these have no content, so no body of any kind. */
const withoutContent = [204, 205, 304];

export function checkFit(rule: FaultRule): Misfit[] {
  return [...kindMisfits(rule), ...choiceMisfits(rule), ...answerMisfits(rule)];
}

function* kindMisfits({ service, fault: { kind } }: FaultRule): Generator<Misfit> {
  const isMail = mailServers.includes(service);
  const path = ['fault', 'kind'];
  if (isMail && httpOnly.includes(kind)) {
    yield { path, message: `${service} is no HTTP service, which a fault of kind ${kind} is for` };
  }
  if (!isMail && mailOnly.includes(kind)) {
    yield { path, message: `${service} is no mail server, which a fault of kind ${kind} is for` };
  }
}

function* choiceMisfits(rule: FaultRule): Generator<Misfit> {
  const { service, fault } = rule;
  if (wholeService.includes(fault.kind)) {
    for (const name of choosing) {
      if (rule[name] === undefined) continue;
      yield { path: [name], message: `cannot be given with a fault of kind ${fault.kind}, which is for all requests` };
    }
    return;
  }
  if (rule.tenantId !== undefined && !tellTenant.includes(service)) {
    yield { path: ['tenantId'], message: `requests to ${service} are not told apart by tenant` };
  }
  if (rule.mailbox !== undefined && !tellMailbox.includes(service)) {
    yield { path: ['mailbox'], message: `requests to ${service} use no mailbox` };
  }
  if (rule.seed !== undefined && rule.probability === undefined) {
    yield { path: ['seed'], message: 'is for a rule with a probability' };
  }
}

function* answerMisfits({ service, fault }: FaultRule): Generator<Misfit> {
  if (fault.kind !== 'answer') return;
  const { body, code, status } = fault;
  if (body === 'service' && status >= 200 && status < 400) {
    yield { path: ['fault', 'body'], message: 'the service writes an error body only with a status from 400' };
  }
  if (body !== 'empty' && withoutContent.includes(status)) {
    yield { path: ['fault', 'body'], message: `must be empty with status ${status}` };
  }
  for (const name of ['code', 'message'] as const) {
    if (body === 'service' || fault[name] === undefined) continue;
    yield { path: ['fault', name], message: 'is for the body that the service itself writes' };
  }
  if (service === 'entra' && code !== undefined && !/^AADSTS\d{4,8}$/.test(code)) {
    yield { path: ['fault', 'code'], message: 'must be AADSTS and a number, as in AADSTS53003' };
  }
}
