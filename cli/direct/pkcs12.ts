/** PKCS#12 (RFC 7292), as .pfx and .p12 files hold it: Node's crypto reads none, so a library does, loaded only here. */

import { UsageError } from '../failure.ts';

interface Pems {
  readonly certificates: readonly string[];
  readonly keys: readonly string[];
}

/**
 * @param password asked for when the empty one does not open it.
 * @throws UsageError
 */
export async function readPkcs12(octets: Buffer, password: () => Promise<string | undefined>): Promise<Pems> {
  const { default: forge } = await import('node-forge');
  const open = (word: string): Pems | undefined => {
    try {
      const container = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(octets.toString('latin1')), word);
      const bags = container.safeContents.flatMap(({ safeBags }) => safeBags);
      return {
        certificates: bags.flatMap(({ cert }) => (cert ? [forge.pki.certificateToPem(cert)] : [])),
        keys: bags.flatMap(({ key }) => (key ? [forge.pki.privateKeyToPem(key)] : [])),
      };
    } catch {
      // What a parser says of it may show a part of it.
      return undefined;
    }
  };
  if (!isDerSequence(octets)) throw new UsageError('--certificate: the file is neither PEM nor PKCS#12.');
  const opened = open('') ?? open((await password()) ?? '');
  if (opened !== undefined) return opened;
  throw new UsageError('--certificate: the PKCS#12 file does not open: is TPCLI_CERTIFICATE_PASSWORD its password?');
}

const isDerSequence = (octets: Buffer): boolean => octets[0] === 0x30;
