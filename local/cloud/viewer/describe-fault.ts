/** Rules of the fault panel in words. */

import type { Fault, FaultRule, FaultRuleInput, ServiceName } from '../faults/fault-rule.ts';

export const serviceTitles: Readonly<Record<ServiceName, string>> = {
  entra: 'Entra ID',
  graph: 'Graph',
  upload: 'Graph uploads',
  vault: 'Key Vault',
  identity: 'Managed identity',
  blob: 'Blob storage',
  queue: 'Queue storage',
  table: 'Table storage',
  smtp: 'SMTP',
  imap: 'IMAP',
  pop: 'POP3',
};

/** `Graph: every request is answered 429 ...` without the service. */
export function whatHappens(fault: Fault): string {
  const after = 'when' in fault && fault.when === 'after' ? ', after the service has accepted the request' : '';
  return `${effectOf(fault)}${after}`;
}

function effectOf(fault: Fault): string {
  switch (fault.kind) {
    case 'answer': {
      const { status, code, body, retryAfter } = fault;
      const by = { service: '', html: ' and a page of HTML', text: ' and plain text', empty: ' and no body' }[body];
      const wait = retryAfter && `, Retry-After ${retryAfter.seconds} s${retryAfter.as === 'date' ? ' as a date' : ''}`;
      return `Answer ${status}${code === undefined ? '' : ` ${code}`}${by}${wait ?? ''}`;
    }
    case 'reply':
      return `Reply "${fault.text}"`;
    case 'cut':
      return 'Connection reset';
    case 'silence':
      return 'No answer';
    case 'endless':
      return 'Answer without end';
    case 'slow':
      return `${fault.when === 'after' ? 'Answer' : 'Service'} ${fault.milliseconds / 1000} s late`;
    case 'content-type':
      return `Own answer as ${fault.contentType}`;
    case 'clock':
      return `Clock ${Math.abs(fault.seconds)} s ${fault.seconds < 0 ? 'behind' : 'ahead'}`;
    case 'down':
      return 'Every connection reset';
  }
}

/** Which requests it is about, as far as it chooses. */
export function howOften({ times, skip, probability, seed }: FaultRule | FaultRuleInput): string {
  const parts = [
    skip !== undefined && skip > 0 && `after ${skip} that pass`,
    probability !== undefined &&
      `${Math.round(probability * 1000) / 10} % of them${seed === undefined ? '' : ` (seed ${seed})`}`,
    times !== undefined && (times === 1 ? 'once' : `${times} times`),
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'always' : parts.join(', ');
}
