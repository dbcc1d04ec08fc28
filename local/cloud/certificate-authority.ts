/** Certificates for the local cloud: a CA made at start, server certificates for loopback, and the app's own. */

import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { JWK } from 'jose';
import { makeSelfSignedCertificate } from './vault/self-signed-certificate.ts';

x509.cryptoProvider.set(webcrypto);

const DAY = 24 * 60 * 60 * 1000;
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

export interface ServerCertificate {
  /** PEM of the CA that clients must trust, for NODE_EXTRA_CA_CERTS. */
  ca: string;
  /** PEM of the server's certificate, for `localhost` and `127.0.0.1`. */
  cert: string;
  /** PEM of the server's private key. */
  key: string;
}

/** A fresh CA and a server certificate signed by it. The CA's private key is forgotten at once: it signs nothing else. */
export async function makeServerCertificate(): Promise<ServerCertificate> {
  const caKeys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
  const serverKeys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - DAY);
  const notAfter = new Date(Date.now() + 30 * DAY);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=tenantpost local cloud CA',
    keys: caKeys,
    notBefore,
    notAfter,
    signingAlgorithm: rsa,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: ca.subject,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    notBefore,
    notAfter,
    signingAlgorithm: rsa,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey);
  return { ca: ca.toString('pem'), cert: server.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

export interface AppCertificate {
  /** base64 of DER. */
  der: string;
  /** base64url of SHA-256 over DER. */
  thumbprint: string;
  privateJwk: JWK;
  notBefore: Date;
  notAfter: Date;
}

/** A self-signed certificate with its RSA key, of the profile that Key Vault makes for client authentication. */
export async function makeAppCertificate(commonName: string, validDays = 365): Promise<AppCertificate> {
  const notBefore = new Date(Date.now() - 60_000);
  const notAfter = new Date(Date.now() + validDays * DAY);
  const { der, privateJwk } = await makeSelfSignedCertificate({
    subject: `CN=${commonName}`,
    keySize: 2048,
    notBefore,
    notAfter,
    keyUsage: ['digitalSignature'],
    ekus: [CLIENT_AUTHENTICATION],
  });
  const thumbprint = createHash('sha256').update(Buffer.from(der, 'base64')).digest('base64url');
  return { der, thumbprint, privateJwk, notBefore, notAfter };
}
