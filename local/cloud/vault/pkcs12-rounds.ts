/** How often a PKCS#12 file wants its password hashed before anybody knows whether it is the right one. */

import forge from 'node-forge';

const { Type } = forge.asn1;

/** Structures lie in octet strings: those of the file in one, those of each of its parts in another, and keys in no third. */
const MOST_NESTED = 3;

/**
 * All counts of the file together. In its MAC and in each encryption the count is the INTEGER that follows the salt:
 * RFC 7292 section 4, RFC 8018 appendix A.
 *
 * @throws when the file is no DER.
 */
export const roundsOf = (file: forge.asn1.Asn1): number => roundsIn(file, 0);

function roundsIn({ type, value }: forge.asn1.Asn1, nested: number): number {
  if (type === Type.OCTETSTRING) return nested < MOST_NESTED ? roundsInside(contents(value), nested + 1) : 0;
  if (typeof value === 'string') return 0;
  return value.reduce((sum, one, at) => {
    const isCount = one.type === Type.INTEGER && value[at - 1]?.type === Type.OCTETSTRING;
    return sum + (isCount ? count(one) : roundsIn(one, nested));
  }, 0);
}

/** None in what is no structure: a salt, a digest, what is encrypted. */
function roundsInside(octets: string, nested: number): number {
  try {
    return roundsIn(forge.asn1.fromDer(octets), nested);
  } catch {
    return 0;
  }
}

/** BER may break an octet string into several. */
const contents = (value: string | forge.asn1.Asn1[]): string =>
  typeof value === 'string' ? value : value.map((one) => contents(one.value)).join('');

const count = ({ value }: forge.asn1.Asn1): number => Number(`0x${forge.util.bytesToHex(String(value))}`);
