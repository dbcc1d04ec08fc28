/** What an SDK's client says of a call that was refused: status and code. */

export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'not refused';
  } catch (error) {
    const { statusCode, code } = Object.assign({ statusCode: undefined, code: undefined }, error);
    return `${statusCode} ${code}`;
  }
}
