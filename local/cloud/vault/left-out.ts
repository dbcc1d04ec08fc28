/** What the real vault has besides, so that a request for it is refused by its name and not as unknown. */

const objectOperations: Record<string, string> = {
  'PUT keys': 'importKey',
  'GET keys attestation': 'getKeyAttestation',
  'GET keys rotationpolicy': 'getKeyRotationPolicy',
  'PUT keys rotationpolicy': 'updateKeyRotationPolicy',
  'POST keys release': 'releaseKey',
  'POST keys backup': 'backupKey',
  'POST secrets backup': 'backupSecret',
  'POST certificates backup': 'backupCertificate',
  'POST certificates pending/merge': 'mergeCertificate',
};

/** Paths where an operation, or another collection, stands in the place of a name. */
const reservedNames: Record<string, string> = {
  'POST keys restore': 'restoreKey',
  'POST secrets restore': 'restoreSecret',
  'POST certificates restore': 'restoreCertificate',
};

const roots: Record<string, string> = {
  rng: 'getRandomBytes',
  storage: 'managed storage accounts',
  deletedstorage: 'managed storage accounts',
};

/** The operation that a request means, in Key Vault's own words, or nothing. */
export function leftOut(method: string, root: string, name: string, suffix: string): string | undefined {
  if (root === 'certificates' && name === 'issuers') return 'certificate issuers';
  if (root === 'certificates' && name === 'contacts') return 'certificate contacts';
  if (suffix === '' && Object.hasOwn(reservedNames, `${method} ${root} ${name}`)) {
    return reservedNames[`${method} ${root} ${name}`];
  }
  const key = `${method} ${root} ${suffix.toLowerCase()}`.trimEnd();
  if (name !== '' && Object.hasOwn(objectOperations, key)) return objectOperations[key];
  return Object.hasOwn(roots, root) ? roots[root] : undefined;
}
