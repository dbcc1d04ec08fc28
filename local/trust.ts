/** Makes this process trust the local cloud's CA, which is made after it began: too late for NODE_EXTRA_CA_CERTS. */

import tls from 'node:tls';

/** @param ca PEM. What was trusted before still is. */
export function trust(ca: string): void {
  const { setDefaultCACertificates, getCACertificates } = tls as Partial<typeof tls>;
  if (setDefaultCACertificates && getCACertificates) {
    setDefaultCACertificates([...getCACertificates('default'), ca]);
    return;
  }
  // Node lacks these two in 23, and in 24 before 24.5. Every TLS client of Node takes its context from here.
  const original = tls.createSecureContext;
  tls.createSecureContext = (options) => {
    const secure = original(options);
    (secure.context as { addCACert(pem: string): void }).addCACert(ca);
    return secure;
  };
}
