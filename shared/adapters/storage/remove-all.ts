/** Removes what is over, several at a time: one that cannot be removed stops no other. */

export const lanes = 16;

/** @param remove returns false for what is gone already, or wanted again. */
export async function removeAll<T>(
  items: readonly T[],
  remove: (item: T) => Promise<boolean>,
): Promise<{ readonly removed: number; readonly failed: number }> {
  const done = { removed: 0, failed: 0 };
  const next = items.values();
  const lane = async (): Promise<void> => {
    for (const item of next) {
      try {
        if (await remove(item)) done.removed += 1;
      } catch {
        done.failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}
