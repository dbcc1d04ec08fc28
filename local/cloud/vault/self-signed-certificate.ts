/** Self-signed certificates as the vault makes them by a policy, with the request for the one that is being made. */

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { JWK } from 'jose';
import { z } from 'zod';

x509.cryptoProvider.set(webcrypto);

const signing = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const privateKey = z.looseObject({ kty: z.literal('RSA'), n: z.string(), d: z.string() });

/** Every usage that a policy may name, with its bit. */
export const keyUsages: ReadonlyMap<string, number> = new Map<string, number>([
  ['digitalSignature', x509.KeyUsageFlags.digitalSignature],
  ['nonRepudiation', x509.KeyUsageFlags.nonRepudiation],
  ['keyEncipherment', x509.KeyUsageFlags.keyEncipherment],
  ['dataEncipherment', x509.KeyUsageFlags.dataEncipherment],
  ['keyAgreement', x509.KeyUsageFlags.keyAgreement],
  ['keyCertSign', x509.KeyUsageFlags.keyCertSign],
  ['cRLSign', x509.KeyUsageFlags.cRLSign],
  ['encipherOnly', x509.KeyUsageFlags.encipherOnly],
  ['decipherOnly', x509.KeyUsageFlags.decipherOnly],
]);

export interface CertificateProfile {
  /** Distinguished name: `CN=tenantpost`. */
  subject: string;
  keySize: number;
  notBefore: Date;
  notAfter: Date;
  /** Names of key usages as RFC 5280 section 4.2.1.3 spells them: `digitalSignature`. */
  keyUsage: readonly string[];
  /** Object identifiers of extended key usages. */
  ekus: readonly string[];
  dnsNames?: readonly string[];
  emails?: readonly string[];
  /** Used again in place of a new key. */
  key?: JWK;
}

export interface SelfSignedCertificate {
  /** base64 of DER. */
  der: string;
  /** The certificate request, base64 of DER. */
  csr: string;
  privateJwk: JWK;
}

/** @throws when the subject is no distinguished name. */
export async function makeSelfSignedCertificate(profile: CertificateProfile): Promise<SelfSignedCertificate> {
  const keys = profile.key === undefined ? await generateKeys(profile.keySize) : await importKeys(profile.key);
  const extensions = extensionsOf(profile);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: upperCaseTypes(profile.subject),
    keys,
    notBefore: profile.notBefore,
    notAfter: profile.notAfter,
    signingAlgorithm: signing,
    extensions: [...extensions, await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)],
  });
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: upperCaseTypes(profile.subject),
    keys,
    signingAlgorithm: signing,
    extensions,
  });
  return {
    der: Buffer.from(certificate.rawData).toString('base64'),
    csr: Buffer.from(csr.rawData).toString('base64'),
    privateJwk: await exportKey(keys.privateKey),
  };
}

const generateKeys = (modulusLength: number): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey({ ...signing, publicExponent: new Uint8Array([1, 0, 1]), modulusLength }, true, [
    'sign',
    'verify',
  ]);

async function importKeys(jwk: JWK): Promise<webcrypto.CryptoKeyPair> {
  const { kty, n, e } = { n: '', e: '', kty: 'RSA', ...jwk };
  return {
    privateKey: await webcrypto.subtle.importKey('jwk', { ...jwk, kty }, signing, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('jwk', { kty, n, e }, signing, true, ['verify']),
  };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<JWK> {
  const exported = privateKey.parse(await webcrypto.subtle.exportKey('jwk', key));
  const { alg: _alg, key_ops: _operations, ext: _extractable, ...jwk } = exported;
  return jwk;
}

function extensionsOf({ keyUsage, ekus, dnsNames = [], emails = [] }: CertificateProfile): x509.Extension[] {
  const usages = keyUsage.reduce((flags, name) => flags | (keyUsages.get(name) ?? 0), 0);
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...emails.map((value) => ({ type: 'email' as const, value })),
  ];
  return [
    ...(usages === 0 ? [] : [new x509.KeyUsagesExtension(usages, true)]),
    ...(ekus.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...ekus])]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    new x509.BasicConstraintsExtension(false),
  ];
}

/** The key usages of any certificate. One that restricts nothing may be used for everything: RFC 5280 section 4.2.1.3. */
export function keyUsageOf(der: string): string[] {
  const usages = new x509.X509Certificate(Buffer.from(der, 'base64')).getExtension(x509.KeyUsagesExtension)?.usages;
  const names = [...keyUsages];
  return names.filter(([, flag]) => usages === undefined || (usages & flag) !== 0).map(([name]) => name);
}

export function isDistinguishedName(text: string): boolean {
  try {
    // The library takes a text without any attribute for an empty name.
    return new x509.Name(upperCaseTypes(text)).toJSON().length > 0 || text === '';
  } catch {
    return false;
  }
}

/** RFC 4514 section 2.3: attribute types know no case, but to the library they do. */
const upperCaseTypes = (subject: string): string =>
  subject.replace(/(^|[,+])(\s*[a-z]+)(?==)/gi, (_all, before: string, type: string) => before + type.toUpperCase());
