/** Waits for a fact, by asking for it again and again, and fails with what was still missing. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  withinMilliseconds = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMilliseconds;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMilliseconds / 1000} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
