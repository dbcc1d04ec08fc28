// Which Node can run our TypeScript and our packages as they are. A file of its own, in plain JavaScript, since any Node must
// be able to ask.

export const neededNode = '22.19, 23.6, or later';

/**
 * Types are stripped without a flag since 22.18.0 and 23.6.0 (https://nodejs.org/api/typescript.html#history); undici asks for
 * 22.19.0.
 *
 * @param {string} version as in `process.versions.node`
 */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major === 22) return minor >= 19;
  if (major === 23) return minor >= 6;
  return major >= 24;
}
