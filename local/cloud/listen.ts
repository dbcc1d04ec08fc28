/** Puts an HTTP service on its port, with the fault panel and the journal before it, and notes where it answers. */

import type { CloudContext } from './cloud.ts';
import { withFaults } from './faults/http-faults.ts';
import { refusesConnection } from './faults/refuse-connection.ts';
import type { HttpService } from './http-services.ts';
import { type Listening, serve } from './serve.ts';
import type { Ports } from './urls.ts';

/** The key pair of every TLS server of the cloud, as text and as files, and the CA that vouches for it. */
export interface ServerTls {
  cert: string;
  key: string;
  ca: string;
  certFile: string;
  keyFile: string;
}

export interface ListenOptions {
  tls: ServerTls;
  ports: Ports;
}

export async function listenHttp(
  cloud: CloudContext,
  { name, origin, path = '', respond, faults }: HttpService,
  { tls, ports }: ListenOptions,
): Promise<Listening> {
  const listening = await serve(name, withFaults(cloud, name, respond, faults), {
    port: ports[name] ?? 0,
    tls: origin.startsWith('https:') ? tls : undefined,
    isDown: () => refusesConnection(cloud, name),
  });
  cloud.urls[name] = `${origin}:${listening.port}${path}`;
  return listening;
}
