/**
 * Connections that are kept and used again, by undici itself: the fetch of Node, which is made of it, takes four times the
 * processor for a request, and the Azure SDKs' own client one and a half times. A proxy named by the environment
 * (HTTPS_PROXY, NO_PROXY) is used, as by those SDKs.
 */

import { type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** @param idleMilliseconds how long a connection is kept that nobody uses; less, if its server says so. */
export function connections(idleMilliseconds: number): () => Dispatcher {
  let made: Dispatcher | undefined;
  // At the first request: a proxy's address that is none is an error of that, and not of loading the app.
  return () => {
    // One request at a time on a connection: what breaks it then was its doing.
    made ??= new EnvHttpProxyAgent({ allowH2: false, pipelining: 1, keepAliveTimeout: idleMilliseconds });
    return made;
  };
}
