/** Every address that the cloud can have. A further service is one more name: ports, variables and lists follow. */

import { serviceNames } from './faults/fault-rule.ts';

/** In the order in which a row of ports is given out. */
export const endpointNames = [...serviceNames, 'portal'] as const;

export type EndpointName = (typeof endpointNames)[number];

/** Where each service answers; no trailing slash. Empty for what is not started. */
export type CloudUrls = Record<EndpointName, string>;

/** Fixed ports; those left out, and 0, are chosen by the system. */
export type Ports = Partial<Record<EndpointName, number>>;

export function noUrls(): CloudUrls {
  const none = '';
  return {
    entra: none,
    graph: none,
    upload: none,
    vault: none,
    identity: none,
    blob: none,
    queue: none,
    table: none,
    smtp: none,
    imap: none,
    pop: none,
    portal: none,
  };
}

/** A port for every name, one after the other from `first` on; 0 for all of them if that is 0. */
export function portsInARow(first: number): Ports {
  return Object.fromEntries(endpointNames.map((name, place) => [name, first === 0 ? 0 : first + place]));
}
