/** The key usage extension of a certificate (RFC 5280 section 4.2.1.3), which `X509Certificate` of Node does not tell. */

/** Object identifier 2.5.29.15, as DER has it. */
const keyUsageExtension = Buffer.from([0x55, 0x1d, 0x0f]);

const tags = { objectIdentifier: 0x06, octetString: 0x04, bitString: 0x03, extensions: 0xa3 };

/** The first bit of the string of usages. */
const digitalSignature = 0x80;

/** @returns whether the key may sign: a certificate without the extension restricts nothing. */
export function allowsDigitalSignature(der: Uint8Array): boolean {
  const [certificate] = elements(der);
  const [signed] = elements(certificate?.content);
  const wrapped = elements(signed?.content).find(({ tag }) => tag === tags.extensions);
  const [extensions] = elements(wrapped?.content);
  for (const { content } of elements(extensions?.content)) {
    const parts = elements(content);
    const isKeyUsage = parts[0]?.tag === tags.objectIdentifier && keyUsageExtension.equals(parts[0].content);
    if (!isKeyUsage) continue;
    const value = parts.find(({ tag }) => tag === tags.octetString);
    const usages = elements(value?.content).find(({ tag }) => tag === tags.bitString);
    // The octet before the bits counts those that are not used.
    return ((usages?.content[1] ?? 0) & digitalSignature) !== 0;
  }
  return true;
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that stand one after the other in DER: tag, length, content (ITU-T X.690 section 8.1). */
function elements(der: Uint8Array = new Uint8Array()): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length;) {
    const tag = der[at] ?? 0;
    const first = der[at + 1] ?? 0;
    // From 128 on the octet says how many octets of length follow.
    const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
    const from = at + 2 + lengthOctets;
    const length = lengthOctets === 0 ? first : Buffer.from(der.subarray(at + 2, from)).readUIntBE(0, lengthOctets);
    found.push({ tag, content: der.subarray(from, from + length) });
    at = from + length;
  }
  return found;
}
