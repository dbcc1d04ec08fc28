/** Why an address does not answer. The token client loses the reason, and people need it: a proxy, a CA, a name. */

/** @returns the code of Node, of the socket or of OpenSSL, such as ENOTFOUND; nothing where it answers after all. */
export async function whyAway(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

/** The innermost code. */
export function codeOf(error: unknown): string | undefined {
  let code: string | undefined;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(cause.code)) code = cause.code;
    else if (cause.name === 'TimeoutError') code = 'ETIMEDOUT';
  }
  return code;
}
