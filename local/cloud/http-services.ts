/** The services of the cloud that speak HTTP: what answers, and where. */

import type { CloudContext } from './cloud.ts';
import { entraFaults } from './entra/faults.ts';
import { entra } from './entra/entra.ts';
import type { FaultSurface } from './faults/http-faults.ts';
import { graphFaults } from './graph/faults.ts';
import { graph } from './graph/graph.ts';
import { identityFaults } from './identity/faults.ts';
import { identity } from './identity/identity.ts';
import type { Respond } from './serve.ts';
import { vaultFaults } from './vault/faults.ts';
import { vault } from './vault/vault.ts';

export interface HttpService {
  name: 'entra' | 'graph' | 'vault' | 'identity';
  /** Scheme and host of its URL; the port is known once it listens. */
  origin: 'https://localhost' | 'http://127.0.0.1';
  respond: Respond;
  faults: FaultSurface;
}

export const httpServices = (cloud: CloudContext): HttpService[] => [
  { name: 'entra', origin: 'https://localhost', respond: entra(cloud).fetch, faults: entraFaults(cloud) },
  { name: 'graph', origin: 'https://localhost', respond: graph(cloud).fetch, faults: graphFaults(cloud) },
  { name: 'vault', origin: 'https://localhost', respond: vault(cloud).fetch, faults: vaultFaults },
  // Plain http on a real instance too: it is loopback there as here.
  { name: 'identity', origin: 'http://127.0.0.1', respond: identity(cloud).fetch, faults: identityFaults },
];
