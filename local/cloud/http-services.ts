/** The services of the cloud that speak HTTP: what answers, and where. */

import type { CloudContext } from './cloud.ts';
import { entraFaults } from './entra/faults.ts';
import { entra } from './entra/entra.ts';
import type { ServiceName } from './faults/fault-rule.ts';
import type { FaultSurface } from './faults/http-faults.ts';
import { graphFaults } from './graph/faults.ts';
import { graph } from './graph/graph.ts';
import { identityFaults } from './identity/faults.ts';
import { identity } from './identity/identity.ts';
import type { Respond } from './serve.ts';
import { uploadFaults } from './upload/faults.ts';
import { upload } from './upload/upload.ts';
import type { EndpointName } from './urls.ts';
import { vaultFaults } from './vault/faults.ts';
import { vault } from './vault/vault.ts';

export interface HttpService {
  name: ServiceName & EndpointName;
  /** Scheme and host of its URL; the port is known once it listens. */
  origin: 'https://localhost' | 'https://127.0.0.1' | 'http://127.0.0.1';
  /** What follows the port in its URL. */
  path?: string;
  respond: Respond;
  faults: FaultSurface;
}

export const httpServices = (cloud: CloudContext): HttpService[] => [
  { name: 'entra', origin: 'https://localhost', respond: entra(cloud).fetch, faults: entraFaults(cloud) },
  { name: 'graph', origin: 'https://localhost', respond: graph(cloud).fetch, faults: graphFaults(cloud) },
  // Another host than Graph's, as outlook.office.com is: clients must not send Graph's token to it.
  { name: 'upload', origin: 'https://127.0.0.1', respond: upload(cloud).fetch, faults: uploadFaults(cloud) },
  { name: 'vault', origin: 'https://localhost', respond: vault(cloud).fetch, faults: vaultFaults(cloud) },
  // Plain http on a real instance too: it is loopback there as here.
  { name: 'identity', origin: 'http://127.0.0.1', respond: identity(cloud).fetch, faults: identityFaults },
];
